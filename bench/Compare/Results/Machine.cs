using System.Runtime.Intrinsics.X86;
using Fovea.Training;

namespace Fovea.Bench.Compare;

/// <summary>The machine's processor.</summary>
internal static class Machine
{
    /// <summary>
    /// Its name, with family and model where it tells them: virtual machines give processors of years apart one name, and each has figures
    /// of its own.
    /// </summary>
    public static string Processor { get; } = EnvironmentInfo.Processor + Kind();

    private static string Kind()
    {
        if (!X86Base.IsSupported)
        {
            return string.Empty;
        }

        int signature = X86Base.CpuId(1, 0).Eax;
        int family = (signature >> 8) & 15, model = ((signature >> 4) & 15) | ((signature >> 12) & 0xF0);
        return $", family {(family == 15 ? family + ((signature >> 20) & 255) : family)} model {model}";
    }
}
