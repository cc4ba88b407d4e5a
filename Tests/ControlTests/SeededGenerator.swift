import Net

/// Random numbers that a seed reproduces.
typealias SeededGenerator = SplitMix64
