"""The world: simulators and street controllers. The only place with sockets or simulators."""
