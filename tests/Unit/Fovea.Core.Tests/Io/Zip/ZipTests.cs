using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Fovea.Io;
using Fovea.Io.Zip;
using Fovea.Testing;

namespace Fovea.Core.Tests.Io.Zip;

public sealed class ZipTests
{
    // Where the fields of a central header lie that the tests damage.
    private const int Flags = 8, Method = 10, Crc = 16, Packed = 20, Bytes = 24, Local = 42, Name = 46;

    [Fact]
    public void The_frameworks_reader_reads_ours_and_we_read_its_own()
    {
        byte[] noise = new byte[100_000];
        new Random(2).NextBytes(noise.AsSpan(0, 50_000));
        var ours = new MemoryStream();
        var writer = new ZipWriter(ours);
        writer.Add("a/stored", noise, "tail"u8, alignment: 64);
        writer.Add("a/é", noise, compress: true);
        writer.Add("a/empty", []);
        writer.Finish();
        using (var archive = new ZipArchive(new MemoryStream(ours.ToArray())))
        {
            Assert.Equal(["a/stored", "a/é", "a/empty"], archive.Entries.Select(e => e.FullName));
            Assert.Equal([.. noise, .. "tail"u8], ReadAll(archive.Entries[0].Open()));
            Assert.Equal(noise, ReadAll(archive.Entries[1].Open()));
        }

        var theirs = new MemoryStream();
        using (var archive = new ZipArchive(theirs, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, CompressionLevel level) in new[] { ("s", CompressionLevel.NoCompression), ("d", CompressionLevel.Optimal) })
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(noise);
            }
        }

        foreach (MemoryStream stream in new[] { ours, theirs })
        {
            ZipReader zip = Read(stream.ToArray());
            Assert.All(zip.Entries.Where(e => e.Bytes > 0), e => Assert.Equal(noise, zip.ReadAll(e, int.MaxValue)[..noise.Length]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(61)]
    [InlineData(62)]
    public void Content_is_aligned_wherever_it_falls(int nameLength)
    {
        var stream = new MemoryStream();
        var writer = new ZipWriter(stream);
        writer.Add(new string('n', nameLength), "0123456789"u8, alignment: 64);
        writer.Finish();
        Assert.Equal(0, stream.ToArray().AsSpan().IndexOf("0123456789"u8) % 64);
        ZipReader zip = Read(stream.ToArray());
        Assert.Equal("0123456789"u8.ToArray(), zip.ReadAll(zip.Entries.Single(), 10));
    }

    [Fact]
    public void Offsets_beyond_four_gigabytes_are_written_and_read()
    {
        // A file with a hole where the first five gigabytes would be.
        const long hole = 5L << 30;
        using var folder = new TemporaryFolder();
        using var stream = new FileStream(folder.File("large.zip"), FileMode.CreateNew, FileAccess.ReadWrite);
        stream.SetLength(hole);
        stream.Position = hole;
        var writer = new ZipWriter(stream, hole);
        writer.Add("far", "away"u8);
        writer.Finish();
        var zip = new ZipReader(stream, static p => new NpyException(p));
        Assert.Equal("away"u8.ToArray(), zip.ReadAll(zip.Find("far")!, 4));
    }

    [Fact]
    public void Many_entries_are_written_and_read()
    {
        var stream = new MemoryStream();
        var writer = new ZipWriter(stream);
        for (int i = 0; i < 70_000; i++)
        {
            writer.Add($"{i}", []);
        }

        writer.Finish();
        Assert.Equal(70_000, Read(stream.ToArray()).Entries.Count);
    }

    [Fact]
    public void Refuses_damage_with_a_message_that_says_what()
    {
        byte[] sound = Two();
        int directory = sound.AsSpan().IndexOf("PK\x01\x02"u8);
        int second = directory + 1 + sound.AsSpan(directory + 1).IndexOf("PK\x01\x02"u8);
        int end = sound.AsSpan().LastIndexOf("PK\x05\x06"u8);

        Refuses("the end of the zip archive is missing", sound[..^1]);
        Refuses("the end of the zip archive is missing", []);
        Refuses("the zip directory lies outside the file", With(end + 16, uint.MaxValue - 1));
        Refuses("the zip directory lists 2 files, but its end says 1", With16(end + 10, 1));
        Refuses("the zip directory is damaged", With(directory, 0));
        Refuses("the zip directory is damaged", With16(directory + 28, 60_000));
        Refuses("'one' is encrypted", With16(directory + Flags, 1));
        Refuses("'one' is packed by method 12", With16(directory + Method, 12));
        Refuses("'one' is stored, but in 4 bytes instead of 5", With(directory + Packed, 4));
        Refuses("'one' lies beyond the end of the file", With(directory + Local, uint.MaxValue - 1));
        Refuses("'two' overlaps what follows it", With(second + Local, 0));
        Refuses("'one' is damaged: its check value is", With(directory + Crc, 1));
        Refuses("'one' is there twice", [.. sound[..(second + Name)], .. "one"u8, .. sound[(second + Name + 3)..]]);
        Refuses("'../' has a path that leads out of the archive", [.. sound[..(second + Name)], .. "../"u8, .. sound[(second + Name + 3)..]]);
        Refuses("'/ab' has a path", [.. sound[..(second + Name)], .. "/ab"u8, .. sound[(second + Name + 3)..]]);
        Refuses("'a\\b' has a path", [.. sound[..(second + Name)], .. "a\\b"u8, .. sound[(second + Name + 3)..]]);
        Refuses("'one' does not lie where the directory says", With(0, 0));
        Refuses("'one' does not lie where the directory says", With16(8, 8));

        byte[] With(int at, uint value)
        {
            byte[] copy = [.. sound];
            BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(at), value);
            return copy;
        }

        byte[] With16(int at, ushort value)
        {
            byte[] copy = [.. sound];
            BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(at), value);
            return copy;
        }
    }

    [Fact]
    public void Refuses_bombs()
    {
        var stream = new MemoryStream();
        var writer = new ZipWriter(stream);
        writer.Add("zeros", new byte[100 << 20], compress: true);
        writer.Finish();
        Assert.InRange(stream.Length, 0, 1 << 20);
        Refuses("claims to unpack", stream.ToArray());

        // A lie about the length is found when the content runs out, or is cut there.
        byte[] lie = Two(compress: true);
        int directory = lie.AsSpan().IndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(lie.AsSpan(directory + Bytes), 1000);
        Refuses("'one' holds 5 bytes instead of 1000", lie);
        BinaryPrimitives.WriteUInt32LittleEndian(lie.AsSpan(directory + Bytes), 3);
        Refuses("'one' is damaged", lie);
    }

    [Fact]
    public void Refuses_a_content_that_is_not_deflated()
    {
        byte[] broken = Two(compress: true);
        broken.AsSpan(33, 4).Fill(0xFF);
        Refuses("'one' cannot be unpacked", broken);
    }

    private static byte[] Two(bool compress = false)
    {
        var stream = new MemoryStream();
        var writer = new ZipWriter(stream);
        writer.Add("one", "first"u8, compress: compress);
        writer.Add("two", "second"u8, compress: compress);
        writer.Finish();
        return stream.ToArray();
    }

    private static void Refuses(string message, byte[] file)
    {
        var error = Assert.Throws<NpyException>(() =>
        {
            ZipReader zip = Read(file);
            foreach (ZipEntry entry in zip.Entries)
            {
                zip.ReadAll(entry, 1 << 20);
            }
        });
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static ZipReader Read(byte[] file) => new(new MemoryStream(file), static problem => new NpyException(problem));

    private static byte[] ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        using (stream)
        {
            stream.CopyTo(copy);
        }

        return copy.ToArray();
    }
}
