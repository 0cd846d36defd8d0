// Package arch holds no code: its tests hold the house in shape.
//
// Adapters translate, checks verify, principles weigh, reports show. Nothing
// flows back.
package arch
