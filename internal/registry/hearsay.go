package registry

import "touchstone/internal/fetch"

// Hearsay ends what is said of something that documents lack: where one of them came by
// our relay, nobody verified that they are the repository's. It is empty where all came
// from the repository's own host.
func Hearsay(documents ...fetch.Answer) string {
	for _, a := range documents {
		if a.State == fetch.Found && a.Route == fetch.Relay {
			return " The lists came through the relay, and their signatures were not verified for this."
		}
	}
	return ""
}
