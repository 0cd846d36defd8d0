package fetch

// Together runs functions in parallel and returns the first error, in the
// order of the functions, so that the same failure gives the same message. What
// panics in one of them panics here, where whoever called can deal with it.
func Together(fs ...func() error) error {
	type end struct {
		err      error
		panicked any
	}
	ends := make([]end, len(fs))
	done := make(chan struct{})
	for i, f := range fs {
		go func() {
			defer func() {
				ends[i].panicked = recover()
				done <- struct{}{}
			}()
			ends[i].err = f()
		}()
	}
	for range fs {
		<-done
	}
	for _, e := range ends {
		if e.panicked != nil {
			panic(e.panicked)
		}
	}
	for _, e := range ends {
		if e.err != nil {
			return e.err
		}
	}
	return nil
}
