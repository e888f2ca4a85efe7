using System.Buffers.Binary;

namespace Fovea.Testing.Tiff;

/// <summary>Files written by the specification: both byte orders, offsets of 4 and of 8 bytes.</summary>
public static class TiffParts
{
    private static readonly int[] s_sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

    public static byte[] File(params TiffPicture[] pages) => File(little: true, big: false, pages);

    public static byte[] File(bool little, bool big, params TiffPicture[] pages)
    {
        int word = big ? 8 : 4;
        var file = new List<byte>(little ? "II"u8.ToArray() : "MM"u8.ToArray());
        file.AddRange(Number(big ? 43 : 42, 2, little));
        if (big)
        {
            file.AddRange([.. Number(8, 2, little), .. Number(0, 2, little)]);
        }

        int link = file.Count;
        file.AddRange(new byte[word]);
        foreach (TiffPicture page in pages)
        {
            int directory = Page(file, page, little, big);
            Patch(file, link, Number(directory, word, little));
            link = file.Count - word;
        }

        return [.. file];
    }

    // Strips, values that do not fit into an entry, and then the directory.
    private static int Page(List<byte> file, TiffPicture page, bool little, bool big)
    {
        IReadOnlyList<byte[]> chunks = page.Chunks(little);
        long[] starts = [.. chunks.Select(c => Add(file, c))], lengths = [.. chunks.Select(c => (long)c.Length)];
        var tags = new SortedDictionary<int, (int Type, long[] Values)>
        {
            [256] = (4, [page.Width]),
            [257] = (4, [page.Height]),
            [258] = (3, [.. Enumerable.Repeat((long)page.Bits, page.Samples)]),
            [259] = (3, [page.Compression]),
            [262] = (3, [page.Photometric]),
            [277] = (3, [page.Samples]),
            [284] = (3, [page.IsSeparate ? 2 : 1]),
            [317] = (3, [page.Predictor]),
        };
        tags[page.Tile > 0 ? 324 : 273] = (4, starts);
        tags[page.Tile > 0 ? 325 : 279] = (4, lengths);
        if (page.Tile > 0)
        {
            (tags[322], tags[323]) = ((3, [page.Tile]), (3, [page.Tile]));
        }
        else
        {
            tags[278] = (3, [page.RowsPerStrip]);
        }

        foreach ((int tag, (int Type, long[] Values) value) in page.Tags)
        {
            tags[tag] = value;
        }

        int room = big ? 8 : 4;
        byte[][] entries = [.. tags.Where(t => t.Value.Values.Length > 0).Select(t =>
        {
            byte[] values = [.. t.Value.Values.SelectMany(v => Number(v, s_sizes[t.Value.Type], little))];
            byte[] place = values.Length <= room ? [.. values, .. new byte[room - values.Length]] : Number(Add(file, values), room, little);
            return (byte[])[.. Number(t.Key, 2, little), .. Number(t.Value.Type, 2, little), .. Number(t.Value.Values.Length, room, little), .. place];
        })];
        int at = file.Count;
        file.AddRange(Number(entries.Length, big ? 8 : 2, little));
        file.AddRange(entries.SelectMany(e => e));
        file.AddRange(new byte[room]);
        return at;
    }

    private static long Add(List<byte> file, byte[] bytes)
    {
        // Values begin at even places.
        file.AddRange(new byte[file.Count % 2]);
        file.AddRange(bytes);
        return file.Count - bytes.Length;
    }

    private static byte[] Number(long value, int size, bool little)
    {
        byte[] bytes = new byte[8];
        if (little)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            return bytes[..size];
        }

        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes[^size..];
    }

    private static void Patch(List<byte> file, int at, byte[] bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            file[at + i] = bytes[i];
        }
    }
}
