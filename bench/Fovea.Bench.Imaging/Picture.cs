using System.Buffers.Binary;

namespace Fovea.Bench.Imaging;

/// <summary>A file and the pixels that Pillow reads from it.</summary>
internal sealed record Picture(string Name, byte[] File, Decoded Expected)
{
    /// <summary>The pictures that make_pictures.py wrote into a folder.</summary>
    public static IReadOnlyList<Picture> Read(string folder) =>
        [.. Directory.GetFiles(folder, "*.raw").Order(StringComparer.Ordinal).Select(raw => Read(Path.ChangeExtension(raw, null), System.IO.File.ReadAllBytes(raw)))];

    /// <summary>The largest difference of a decoded picture, over the channels that the file has.</summary>
    public int Difference(Decoded actual)
    {
        if ((actual.Width, actual.Height) != (Expected.Width, Expected.Height))
        {
            return int.MaxValue;
        }

        int most = 0;
        for (int i = 0; i < Expected.Width * Expected.Height; i++)
        {
            for (int c = 0; c < Expected.Channels; c++)
            {
                int other = actual.Pixels[(i * actual.Channels) + Math.Min(c, actual.Channels - 1)];
                most = Math.Max(most, Math.Abs(Expected.Pixels[(i * Expected.Channels) + c] - other));
            }
        }

        return most;
    }

    private static Picture Read(string file, byte[] raw)
    {
        int Word(int at) => BinaryPrimitives.ReadInt32LittleEndian(raw.AsSpan(at));
        return new(Path.GetFileName(file), System.IO.File.ReadAllBytes(file), new(Word(0), Word(4), Word(8), raw[12..]));
    }
}
