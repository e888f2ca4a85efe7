using System.Diagnostics.CodeAnalysis;

namespace Fovea.Simd.Drivers;

/// <summary>Checks of lengths that kernels make before they pin anything.</summary>
internal static class Guard
{
    public static void Length(string kernel, string name, long expected, int got)
    {
        if (expected != got)
        {
            Throw(kernel, name, expected, got);
        }
    }

    public static void LengthOrEmpty(string kernel, string name, long expected, int got)
    {
        if (got != 0)
        {
            Length(kernel, name, expected, got);
        }
    }

    /// <summary>Throws; the caller tests, so that the message is only made when it is needed.</summary>
    [DoesNotReturn]
    public static void Fail(string kernel, string message) => throw new ArgumentException($"{kernel}: {message}");

    [DoesNotReturn]
    private static void Throw(string kernel, string name, long expected, int got) =>
        throw new ArgumentException($"{kernel}: expected {expected} numbers in {name}, got {got}; pass a span of exactly that length.");
}
