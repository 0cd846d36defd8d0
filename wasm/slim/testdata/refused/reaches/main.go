// Command reaches lets go-tuf download by itself.
package main

import (
	"fmt"

	"github.com/theupdateframework/go-tuf/v2/metadata/fetcher"
)

func main() {
	fmt.Println(fetcher.NewDefaultFetcher().DownloadFile("https://tuf.example", 1, 0))
}
