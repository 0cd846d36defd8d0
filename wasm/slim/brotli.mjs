// Writes FILE.br, what a server sends for FILE, and prints the sizes in bytes.
// A FILE.br that already holds FILE is kept: compressing well takes half a
// minute.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { brotliCompressSync, brotliDecompressSync, constants, gzipSync } from 'node:zlib'

const file = argv[2]
const raw = readFileSync(file)

function kept() {
  try {
    const br = readFileSync(`${file}.br`)
    return brotliDecompressSync(br, { maxOutputLength: raw.length }).equals(raw) ? br : undefined
  } catch {
    return undefined // not there, or of something else
  }
}

let br = kept()
if (!br) {
  br = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  })
  writeFileSync(`${file}.br.new`, br)
  renameSync(`${file}.br.new`, `${file}.br`)
}

console.log(JSON.stringify({ raw: raw.length, gzip: gzipSync(raw, { level: 9 }).length, brotli: br.length }))
