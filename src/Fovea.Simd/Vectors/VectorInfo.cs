using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Simd.Vectors;

/// <summary>
/// What this machine offers, after the switches of the runtime (<c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVX2=0</c>,
/// <c>DOTNET_EnableHWIntrinsic=0</c>). The JIT folds each of these into a constant, so choosing a lane by them costs nothing.
/// </summary>
public static class VectorInfo
{
    /// <summary>The widest register in bits: 512, 256, 128, or 0 where only scalar code runs.</summary>
    public static int Bits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    /// <summary>Whether <c>MultiplyAdd</c> is one instruction with one rounding.</summary>
    public static bool HasFusedMultiplyAdd => Fma.IsSupported || Avx512F.IsSupported || AdvSimd.IsSupported;

    /// <summary>The instruction set in words, as benchmarks and reports print it.</summary>
    public static string Description => Bits switch
    {
        512 => "AVX-512",
        256 => "AVX2",
        128 => AdvSimd.IsSupported ? "AdvSimd (128 bit)" : "SSE (128 bit)",
        _ => "scalar",
    };
}
