using System.Buffers.Binary;
using System.Text;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Core.Tests.Io;

public sealed class SafetensorsReadTests
{
    public static TheoryData<string, byte[], DType, double[]> Types => new()
    {
        { "F64", BitConverter.GetBytes(-2.5), DType.Float64, [-2.5] },
        { "F32", BitConverter.GetBytes(0.1f), DType.Float32, [0.1f] },
        { "F16", [0x00, 0x3C, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0xFC], DType.Float32, [1, 5.9604644775390625e-08, 65504, double.NegativeInfinity] },
        { "BF16", [0x80, 0x3F, 0x49, 0xC0], DType.Float32, [1, -3.140625] },
        { "I64", BitConverter.GetBytes(long.MinValue), DType.Int64, [long.MinValue] },
        { "I32", BitConverter.GetBytes(-7), DType.Int64, [-7] },
        { "U32", [0xFF, 0xFF, 0xFF, 0xFF], DType.Int64, [uint.MaxValue] },
        { "I16", [0xFE, 0xFF], DType.Int64, [-2] },
        { "U16", [0xFE, 0xFF], DType.Int64, [65534] },
        { "I8", [0x80, 0x7F], DType.Int64, [-128, 127] },
        { "U8", [0, 200], DType.UInt8, [0, 200] },
        { "BOOL", [0, 1, 5], DType.Bool, [0, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Reads_every_element_type(string dtype, byte[] data, DType expected, double[] values)
    {
        byte[] file = SafetensorsBytes.One(dtype, $"[{values.Length}]", data);
        foreach (SafetensorsFile read in new[] { SafetensorsFile.Read(file), SafetensorsFile.Read(new MemoryStream(file)) })
        {
            Tensor x = read.Tensors["x"];
            Assert.Equal(expected, x.DType);
            Assert.Equal(new Shape(values.Length), x.Shape);
            Assert.Equal(values, expected == DType.Float64 ? x.ToArray<double>() : x.To(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void Reads_scalars_empty_tensors_and_metadata()
    {
        using var scope = TensorScope.Begin();
        SafetensorsFile read = SafetensorsFile.Read(SafetensorsBytes.Of(
            """{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"data_offsets":[4,4],"shape":[3,0,2],"dtype":"F64"},"__metadata__":{"a":"1","é":""}}   """,
            0, 0, 0x80, 0x3F));
        Assert.Equal(1, read.Tensors["s"].Item());
        Assert.Equal(Shape.Scalar, read.Tensors["s"].Shape);
        Assert.Equal([3, 0, 2], read.Tensors["e"].Shape);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["é"] = "" }, read.Metadata);
    }

    [Fact]
    public void Reads_metadata_alone_and_checks_the_header_all_the_same()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        string json = """{"__metadata__":{"a":"1","b":""},"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
        File.WriteAllBytes(path, SafetensorsBytes.Of(json, 3, 4));
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "" }, SafetensorsFile.ReadMetadata(path));

        File.WriteAllBytes(path, SafetensorsBytes.Of(json, 3));
        SafetensorsException e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.ReadMetadata(path));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains("cut off", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_stream_that_cannot_seek()
    {
        byte[] file = SafetensorsBytes.One("U8", "[2]", 3, 4);
        using var stream = new Unseekable(file);
        Assert.Equal([3, 4], SafetensorsFile.Read(stream).Tensors["x"].ToArray<byte>());
    }

    [Fact]
    public void Reads_from_the_streams_position()
    {
        var stream = new MemoryStream([9, 9, 9, .. SafetensorsBytes.One("U8", "[2]", 3, 4)]) { Position = 3 };
        Assert.Equal([3, 4], SafetensorsFile.Read(stream).Tensors["x"].ToArray<byte>());
    }

    [Fact]
    public void Tensors_belong_to_the_current_scope()
    {
        Tensor kept, lost;
        using (TensorScope.Begin())
        {
            IReadOnlyDictionary<string, Tensor> read = SafetensorsFile.Read(SafetensorsBytes.Of(
                """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 1, 2)).Tensors;
            kept = TensorScope.Detach(read["a"]);
            lost = read["b"];
        }

        Assert.False(kept.IsDisposed);
        Assert.True(lost.IsDisposed);
    }

    [Fact]
    public void A_large_file_takes_its_size_once_and_not_in_managed_memory()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("large.safetensors");
        using var scope = TensorScope.Begin();
        var half = Tensor.Full([4 << 20], 0.5);
        SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["w"] = half, ["v"] = half });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(0.5f, SafetensorsFile.Read(path).Tensors["v"].AsSpan<float>()[^1]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Reads_every_shared_golden()
    {
        string? folder = SharedData.Path("goldens");
        Assert.SkipWhen(folder is null, SharedData.Missing);
        string[] files = Directory.GetFiles(folder!, "*.safetensors");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            using var scope = TensorScope.Begin();
            SafetensorsFile read = SafetensorsFile.Read(file);
            Assert.Contains("mechanism", read.Metadata.Keys);
            Assert.Contains("input.0", read.Tensors.Keys);
            Assert.True(read.Tensors["output.0"].Elements > 0, file);

            // What we write, we read as the same bits.
            SafetensorsFile again = SafetensorsFile.Read(SafetensorsFile.ToBytes(read.Tensors, read.Metadata));
            Assert.Equal(read.Metadata, again.Metadata);
            Assert.All(read.Tensors, t => Assert.True(t.Value.AsBytes().SequenceEqual(again.Tensors[t.Key].AsBytes()), t.Key));
        }
    }

    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
