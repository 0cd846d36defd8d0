package fetch

// Together runs functions in parallel and returns the first error, in the
// order of the functions, so that the same failure gives the same message.
func Together(fs ...func() error) error {
	errs := make([]error, len(fs))
	done := make(chan struct{})
	for i, f := range fs {
		go func() {
			errs[i] = f()
			done <- struct{}{}
		}()
	}
	for range fs {
		<-done
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
