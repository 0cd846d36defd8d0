package cargo_test

import (
	"strings"
	"testing"
	"time"

	"touchstone/internal/mint"
	"touchstone/internal/registry/cargo"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

func TestContract(t *testing.T) {
	w := mint.World{}
	mint.NewCrate("gold-leaf", "1.2.3", "https://github.com/example/gold", strings.Repeat("0a", 20)).
		Serve(w, "https://index.crates.io/", "https://crates.io/api/v1/crates/", "https://static.crates.io/crates/")
	registrytest.Run(t, registrytest.Suite{
		Registry: cargo.Registry{}, Reference: "pkg:cargo/gold-leaf@1.2.3", World: w, Anchors: trust.Embedded(), Time: time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC),
	})
}
