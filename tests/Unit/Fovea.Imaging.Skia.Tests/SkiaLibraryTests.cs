using System.Reflection;
using System.Runtime.Loader;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Gif;
using Fovea.Imaging.Codecs.Webp;
using SkiaSharp;

namespace Fovea.Imaging.Skia.Tests;

public class SkiaLibraryTests
{
    [Fact]
    public void Without_the_native_library_decoding_is_refused_with_what_to_do_and_headers_are_read()
    {
        var bare = new WithoutNative();
        try
        {
            Assembly own = bare.LoadFromAssemblyPath(typeof(WebpDecoder).Assembly.Location);
            var decoder = (IImageDecoder)Activator.CreateInstance(own.GetType(typeof(WebpDecoder).FullName!)!)!;
            byte[] file = GoldenPicture.Bytes("webp", "exif-6.webp");
            Assert.True(decoder.Matches(file));
            Assert.Equal(new PictureHeader(20, 9, 255), decoder.ReadHeader(file, ImageLimits.Default));
            Assert.Equal(ExifOrientation.RightTop, decoder.ReadOrientation(file));
            Assert.DoesNotContain(bare.Assemblies, a => a.GetName().Name == "SkiaSharp");
            for (int again = 0; again < 2; again++)
            {
                ImageException e = Assert.Throws<ImageException>(() => decoder.Decode(file, ImageLimits.Default));
                Assert.Equal(ImageError.Unsupported, e.Error);
                Assert.Contains("libSkiaSharp, which cannot be loaded on ", e.Message, StringComparison.Ordinal);
                Assert.Contains("there is none here", e.Message, StringComparison.Ordinal);
                Assert.Contains("convert the file to PNG", e.Message, StringComparison.Ordinal);
            }

            Assert.Contains(bare.Assemblies, a => a.GetName().Name == "SkiaSharp");
        }
        finally
        {
            bare.Unload();
        }
    }

    [Fact]
    public void Opaque_gifs_have_the_pixels_that_Skia_reads()
    {
        int compared = 0;
        foreach ((string name, GoldenPicture golden) in GoldenPicture.Load("gif"))
        {
            byte[] file = GoldenPicture.Bytes("gif", name + ".gif");
            using var data = SKData.CreateCopy(file);
            using var codec = SKCodec.Create(data);
            if (codec.Info.AlphaType != SKAlphaType.Opaque || name == "no-palette")
            {
                // Beside frames, under transparency and without a palette Skia has no colours to compare.
                continue;
            }

            using SKBitmap bitmap = SKBitmap.Decode(codec, codec.Info.WithColorType(SKColorType.Rgba8888));
            Image ours = new GifDecoder().Decode(file, ImageLimits.Default);
            for (int i = 0; i < ours.Width * ours.Height; i++)
            {
                ReadOnlySpan<byte> pixel = ours.Pixels.AsSpan(i * ours.Channels, ours.Channels), theirs = bitmap.GetPixelSpan().Slice(4 * i, 3);
                Assert.True(pixel[0] == theirs[0] && pixel[^1] == theirs[2] && pixel[pixel.Length / 2] == theirs[1], $"{name}: pixel {i}");
            }

            compared++;
        }

        Assert.InRange(compared, 30, 100);
    }

    // Fovea's other assemblies are the test's own; SkiaSharp is loaded anew, and finds nothing.
    private sealed class WithoutNative() : AssemblyLoadContext("without native libraries", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == "SkiaSharp" ? LoadFromAssemblyPath(typeof(SKData).Assembly.Location) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) => throw new DllNotFoundException($"{unmanagedDllName}: there is none here.");
    }
}
