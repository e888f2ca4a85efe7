using System.Buffers.Binary;
using System.Text;

namespace Fovea.Training.Tests;

public class EventFileTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("123456789", 0xE3069283u)]
    public void Checksums_are_Castagnolis(string text, uint expected) => Assert.Equal(expected, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Checksums_of_RFC3720()
    {
        // Appendix B.4 of RFC 3720: 32 bytes of zeros, of ones, rising and falling.
        byte[] rising = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(rising));
        Assert.Equal(0x113FDB5Cu, Crc32C.Of(rising.Reverse().ToArray()));
    }

    [Fact]
    public void Records_are_framed_as_TensorBoard_reads_them()
    {
        using var folder = new TemporaryFolder();
        using (EventFile events = EventFile.Create(folder.Path, 7))
        {
            events.Scalar("val/top1", 300, 0.5);
        }

        string path = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(path), StringComparison.Ordinal);
        byte[][] records = [.. Records(File.ReadAllBytes(path))];
        Assert.Equal(3, records.Length);

        // wall_time: field 1, 64 bits. file_version: field 3, 13 bytes.
        Assert.Equal(0x09, records[0][0]);
        Assert.Equal("brain.Event:2", Encoding.ASCII.GetString(records[0], 11, 13));
        Assert.Equal([0x1A, 13], records[0][9..11]);

        // step 7; session_log { status: START }.
        Assert.Equal([0x10, 7, 0x3A, 2, 0x08, 1], records[1][9..]);

        // step 300 as a varint; summary { value { tag: "val/top1" simple_value: 0.5 } }.
        byte[] expected = [0x10, 0xAC, 0x02, 0x2A, 17, 0x0A, 15, 0x0A, 8, .. "val/top1"u8, 0x15, 0, 0, 0, 0x3F];
        Assert.Equal(expected, records[2][9..]);
    }

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)), Crc32C.Masked(file.AsSpan(at, 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)), Crc32C.Masked(data));
            yield return data;
            at += 16 + length;
        }
    }
}
