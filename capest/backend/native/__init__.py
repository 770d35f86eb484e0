"""The compiled CPU backend: C++ of ``kernels/native``, built at first use where a compiler is."""
