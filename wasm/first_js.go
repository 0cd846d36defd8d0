//go:build js && wasm && !touchstone_whole

package main

import (
	"crypto/ecdsa"
	"errors"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/report"
)

// errWhole is the answer to what the page never asks its first program.
var errWhole = errors.New("this needs the whole program (npm run build makes it: build/whole.wasm)")

// more is what only the whole program does: a page's first visit should not wait
// for it.
func more() map[string]any { return nil }

var verifyP256 = ecdsa.VerifyASN1 // of one package there are few signatures

func replay([]byte, *audit.Question) (string, error) { return "", errWhole }

// also refuses what only the whole program adds to an answer.
func also(_ map[string]any, _ *report.Report, _ evidence.Case, req request) error {
	if req.Installed != nil || req.Summary {
		return errWhole
	}
	return nil
}
