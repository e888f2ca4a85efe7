using System.Buffers.Binary;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Testing.Mutating;
using Fovea.Testing.Tiff;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>What of 16 bits reaches a network by way of data folders: the part of 255 that levels choose, by one formula in every format.</summary>
public class DeepPixelTests
{
    private const int Width = 16, Height = 12;

    // v / 255, less the mean, by the deviation, in float32: three roundings of 2^-24 of values up to 4.
    private const double Tolerance = 1e-6;

    private static readonly Normalization s_statistics = new([0.45f], [0.225f]);

    [Theory]
    [InlineData("tif", 0, 65_535)]
    [InlineData("tif", 0, 4095)]
    [InlineData("tif", 1000, 1255)]
    [InlineData("png", 0, 65_535)]
    [InlineData("png", 300, 2000)]
    [InlineData("png", 1000, 1255)]
    public void The_values_of_a_file_come_out_of_the_pipeline_by_arithmetic(string ending, int low, int high)
    {
        StackTests.RegisterTiff();
        TiffPicture page = TiffPicture.Drawn(Width, Height, 16, 1);
        ushort[] values = [.. page.Values.Select((v, i) => (ushort)(i % 4 == 0 ? v : low + (v % (high - low + 1))))];
        using var folder = new TestFolder();
        folder.File($"d/a/1.{ending}", ending == "tif" ? TiffParts.File(page with { Values = values, Compression = 8 }) : Png(values));
        folder.File("d/b/2.png", TestFolder.Png(Width, Height, "b"));
        var levels = new SampleLevels(low, high);
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"), new DatasetOptions { Levels = levels });
        var pipeline = new SamplePipeline(new TransformOptions { ImageSize = new(Height, Width), Channels = 1, Normalization = s_statistics });
        float[] planes = new float[Width * Height];
        pipeline.Write(data.Get(0), new Generator(1), planes);
        for (int i = 0; i < values.Length; i++)
        {
            double shade = Math.Floor((255.0 * (Math.Clamp(values[i], low, high) - low) / (high - low)) + 0.5);
            Assert.Equal(((shade / 255) - s_statistics.Mean[0]) / s_statistics.Deviation[0], planes[i], Tolerance);
            if (high - low == 255 && values[i] >= low && values[i] <= high)
            {
                // A range of 256 values loses nothing.
                Assert.Equal(values[i], low + (int)Math.Round(255 * (((double)planes[i] * s_statistics.Deviation[0]) + s_statistics.Mean[0])));
            }
        }
    }

    [Theory]
    [InlineData("tif", 0, 65_535)]
    [InlineData("tif", 0, 4095)]
    [InlineData("png", 0, 65_535)]
    [InlineData("png", 300, 2000)]
    public void Of_levels_that_keep_all_every_stored_value_reaches_the_network(string ending, int low, int high)
    {
        StackTests.RegisterTiff();
        ushort[] values = [.. Enumerable.Range(0, Width * Height).Select(i => (ushort)(i * 65_535L / ((Width * Height) - 1)))];
        values[1] = 1;
        values[2] = (ushort)(low + 1);
        using var folder = new TestFolder();
        folder.File($"d/a/1.{ending}", ending == "tif" ? TiffParts.File(new TiffPicture(Width, Height, 16, 1, values) { Compression = 8 }) : Png(values));
        folder.File("d/b/2.png", TestFolder.Png(Width, Height, "b"));
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"), new DatasetOptions { Levels = new SampleLevels(low, high, KeepsAll: true) });
        foreach (int channels in new[] { 1, 3 })
        {
            var pipeline = new SamplePipeline(new TransformOptions { ImageSize = new(Height, Width), Channels = channels, Normalization = s_statistics });
            float[] planes = new float[channels * Width * Height];
            pipeline.Write(data.Get(0), new Generator(1), planes);
            for (int i = 0; i < planes.Length; i++)
            {
                ushort value = values[i % values.Length];
                float part = (float)(Math.Clamp(value, (ushort)low, (ushort)high) - low) / (high - low);
                Assert.Equal((part - s_statistics.Mean[0]) / s_statistics.Deviation[0], planes[i]);
                if (value >= low && value <= high)
                {
                    Assert.Equal(value, low + (int)Math.Round((high - low) * (((double)planes[i] * s_statistics.Deviation[0]) + s_statistics.Mean[0])));
                }
            }
        }

        // Eight bits beside sixteen are what they are without.
        Assert.Null(data.Get(1).Image.Values);
    }

    // Grey of 16 bits, rows without a filter.
    private static byte[] Png(ushort[] values)
    {
        byte[] rows = new byte[Height * (1 + (2 * Width))];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rows.AsSpan((i / Width * (1 + (2 * Width))) + 1 + (2 * (i % Width))), values[i]);
        }

        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, [0, 0, 0, Width, 0, 0, 0, Height, 16, 0, 0, 0, 0]), .. Chunk("IDAT"u8, Compression.Zlib(rows)), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] body)
    {
        byte[] chunk = [0, 0, 0, 0, .. name, .. body, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Checksums.Crc32(chunk.AsSpan(4, chunk.Length - 8)));
        return chunk;
    }
}
