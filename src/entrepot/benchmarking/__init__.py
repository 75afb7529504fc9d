"""Problems made to measure the engine with, and the measurements."""
