namespace Fovea.Bench.Imaging;

/// <summary>A picture as a library gives it: bytes, interleaved. A library may have four channels where a file has fewer.</summary>
internal readonly record struct Decoded(int Width, int Height, int Channels, byte[] Pixels);
