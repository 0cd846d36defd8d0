//go:build js && !touchstone_whole

package prove

import (
	"context"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// The page's first program serves no archives (see keyring.go).

func (k *Keeper) recallKeys() {}

func (k *Keeper) freshKeys(context.Context, *fetch.Session, *registry.Release, time.Time) ([]purl.Note, error) {
	return nil, nil
}

func (k *Keeper) keysAccusations() []trust.Accusation { return nil }
