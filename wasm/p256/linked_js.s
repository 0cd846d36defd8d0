// Functions without a body are those that Go links by name.
