using System.Buffers.Binary;
using System.Text;
using Fovea.Io;
using Fovea.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Core.Tests.Io;

public sealed class SafetensorsWriteTests
{
    private static readonly Gen<Sample> s_samples =
        from name in Gen.OneOf(Gen.Elements("", "conv1.weight", "a/b", "\u0001", "é", "\"", "名", "😀", "__meta__"), Text())
        from dtype in Gen.Elements(Enum.GetValues<DType>().Where(t => !t.IsStoredOnly()).ToArray())
        from lengths in Gen.ListOf(Gen.Choose(0, 4)).Where(l => l.Count <= 4)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Sample(name, dtype, new Shape([.. lengths]), seed);

    private static readonly Gen<Dictionary<string, string>> s_metadata =
        Gen.ListOf(Gen.Zip(Text(), Text())).Select(pairs => pairs.DistinctBy(p => p.Item1).ToDictionary(p => p.Item1, p => p.Item2));

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit() =>
        Prop.ForAll(Gen.Zip(Gen.ListOf(s_samples), s_metadata).ToArbitrary(), pair =>
        {
            using var scope = TensorScope.Begin();
            var tensors = pair.Item1.DistinctBy(s => s.Name).ToDictionary(s => s.Name, s => s.Create());
            byte[] bytes = SafetensorsFile.ToBytes(tensors, pair.Item2);
            SafetensorsFile read = SafetensorsFile.Read(bytes);
            Assert.Equal(pair.Item2, read.Metadata);
            Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), read.Tensors.Keys.Order(StringComparer.Ordinal));
            foreach ((string name, Tensor tensor) in tensors)
            {
                Assert.Equal(tensor.Spec, read.Tensors[name].Spec);
                Assert.True(tensor.AsBytes().SequenceEqual(read.Tensors[name].AsBytes()), name);
            }

            // The order of the dictionary does not show in the file.
            var shuffled = tensors.Reverse().ToDictionary();
            Assert.Equal(bytes, SafetensorsFile.ToBytes(shuffled, pair.Item2.Reverse().ToDictionary()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Writes_aligned_then_sorted_with_a_padded_header()
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["z"] = Tensor.From<bool>([true]),
            ["b"] = Tensor.From([1f, 2f]),
            ["a"] = Tensor.From([3f]),
            ["i"] = Tensor.From([4L]),
        };
        byte[] bytes = SafetensorsFile.ToBytes(tensors, new Dictionary<string, string> { ["k"] = "v" });
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        string header = Encoding.UTF8.GetString(bytes, 8, length);
        Assert.Equal(0, length % 8);
        Assert.Equal(
            """{"__metadata__":{"k":"v"},"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},"z":{"dtype":"BOOL","shape":[1],"data_offsets":[20,21]}}""",
            header.TrimEnd(' '));
        Assert.Equal(8 + length + 21, bytes.Length);
        Assert.Equal([0, 0, 0x40, 0x40, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 1], bytes[^13..]);
        var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, new Dictionary<string, string> { ["k"] = "v" });
        Assert.Equal(bytes, stream.ToArray());
    }

    [Fact]
    public void Refuses_names_that_the_format_cannot_hold()
    {
        var one = Tensor.Scalar(1);
        var reserved = Assert.Throws<SafetensorsException>(() => SafetensorsFile.ToBytes(new Dictionary<string, Tensor> { ["__metadata__"] = one }));
        Assert.Contains("a tensor cannot be named __metadata__", reserved.Message, StringComparison.Ordinal);
        var surrogate = Assert.Throws<SafetensorsException>(() => SafetensorsFile.ToBytes(new Dictionary<string, Tensor> { ["\ud800"] = one }));
        Assert.Contains("half of a surrogate pair", surrogate.Message, StringComparison.Ordinal);
        Assert.Throws<SafetensorsException>(() =>
            SafetensorsFile.ToBytes(new Dictionary<string, Tensor>(), new Dictionary<string, string> { ["a"] = "\udc00" }));
    }

    [Fact]
    public void A_failure_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("w.safetensors");
        SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["x"] = Tensor.Scalar(5) });
        var disposed = Tensor.Scalar(6);
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["x"] = disposed }));
        Assert.Equal(5, SafetensorsFile.Read(path).Tensors["x"].Item());
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    private static Gen<string> Text() => Gen.ListOf(Gen.Choose(0, 0xD7FF)).Select(codes => string.Concat(codes.Select(c => (char)c)));

    private sealed record Sample(string Name, DType DType, Shape Shape, int Seed)
    {
        public Tensor Create()
        {
            var tensor = Tensor.Empty(Shape, DType);
            new Random(Seed).NextBytes(tensor.AsBytes());
            if (DType == DType.Bool)
            {
                foreach (ref byte value in tensor.AsBytes())
                {
                    value &= 1;
                }
            }

            return tensor;
        }
    }
}
