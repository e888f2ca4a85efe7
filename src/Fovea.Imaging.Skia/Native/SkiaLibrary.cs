using System.Runtime.InteropServices;
using SkiaSharp;

namespace Fovea.Imaging.Codecs.Webp.Native;

/// <summary>Whether Skia's native library can be used in this process; asked once, when the first picture is decoded.</summary>
internal static class SkiaLibrary
{
    private static readonly Lazy<Exception?> s_fault = new(Try);

    /// <summary>Refuses to go on without the library.</summary>
    /// <exception cref="ImageException">It is not there, or not of the version that is expected.</exception>
    public static void Require()
    {
        if (s_fault.Value is { } fault)
        {
            throw new ImageException(ImageError.Unsupported,
                $"webp: pictures are decoded by the native library libSkiaSharp, which cannot be loaded on {RuntimeInformation.RuntimeIdentifier}: {Reason(fault)}; "
                + "add the package SkiaSharp.NativeAssets of this platform to the program, or convert the file to PNG.", fault);
        }
    }

    // The first call of a library that is not there, or of another version, fails as the loader and SkiaSharp's own checks please.
    private static Exception? Try()
    {
        try
        {
            using var data = SKData.CreateCopy([0]);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or TypeInitializationException
            or InvalidOperationException or FileNotFoundException)
        {
            return e;
        }
    }

    // The first sentence: what follows it is the loader's advice, over many lines.
    private static string Reason(Exception fault) =>
        (fault is TypeInitializationException { InnerException: { } inner } ? inner : fault).Message.Split('\n', 2)[0].Split(". ", 2)[0].TrimEnd('.', '\r', ' ');
}
