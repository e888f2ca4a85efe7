using System.IO.Compression;
using Fovea.Io;
using Fovea.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Interop.Tests.PyTorch;

public sealed class PyTorchWriteTests
{
    private static readonly Gen<(string Name, DType Type, Shape Shape, int Seed)> s_samples =
        from name in Gen.Elements("w", "conv1.weight", "a b", "é", "名", "😀", "'", "0", "module", "layer.0.bias", "\u0001")
        from dtype in Gen.Elements(Enum.GetValues<DType>().Where(t => !t.IsStoredOnly()).ToArray())
        from lengths in Gen.ListOf(Gen.Choose(0, 4)).Where(l => l.Count <= 4)
        from seed in Gen.Choose(0, int.MaxValue)
        select (name, dtype, new Shape([.. lengths]), seed);

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit() =>
        Prop.ForAll(Gen.NonEmptyListOf(s_samples).ToArbitrary(), samples =>
        {
            using var scope = TensorScope.Begin();
            var tensors = samples.DistinctBy(s => s.Name).ToDictionary(s => s.Name, s => Create(s.Type, s.Shape, s.Seed));
            using var stream = new MemoryStream();
            PyTorchFile.Write(stream, tensors);
            PyTorchFile read = PyTorchFile.Read(stream);
            Tensors.AssertEqual(tensors, read.Tensors);
            Assert.Equal(tensors.Keys, read.StateDict().Keys);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(DType.Float16, "HalfStorage")]
    [InlineData(DType.BFloat16, "BFloat16Storage")]
    [InlineData(DType.Int8, "CharStorage")]
    public void Types_for_storing_alone_are_written_as_they_are(DType type, string storage)
    {
        using var scope = TensorScope.Begin();
        using var stream = new MemoryStream();
        PyTorchFile.Write(stream, new Dictionary<string, Tensor> { ["x"] = Tensor.From([1f, -2, 3]).To(type) });
        Assert.Contains(storage, System.Text.Encoding.Latin1.GetString(stream.ToArray()), StringComparison.Ordinal);
        Assert.Equal([1.0, -2, 3], PyTorchFile.Read(stream).Tensors["x"].To(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void The_archive_is_laid_out_as_PyTorch_does()
    {
        using var scope = TensorScope.Begin();
        using var stream = new MemoryStream();
        var shared = Tensor.From([1f, 2f]);
        PyTorchFile.Write(stream, new Dictionary<string, Tensor> { ["a"] = shared, ["b"] = Tensor.Scalar(3), ["tied"] = shared });
        byte[] bytes = stream.ToArray();
        using var archive = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(
            ["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1", "archive/version"],
            archive.Entries.Select(e => e.FullName));
        Assert.All(archive.Entries, e => Assert.Equal(e.Length, e.CompressedLength));
        Assert.Equal(0, bytes.AsSpan().IndexOf<byte>([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]) % 64);
        PyTorchFile read = PyTorchFile.Read(new MemoryStream(bytes));
        Assert.Same(read.Tensors["a"], read.Tensors["tied"]);

        using var again = new MemoryStream();
        PyTorchFile.Write(again, read.StateDict());
        Assert.Equal(bytes, again.ToArray());
    }

    [Fact]
    public void An_empty_state_dict_is_written_and_read()
    {
        using var stream = new MemoryStream();
        PyTorchFile.Write(stream, new Dictionary<string, Tensor>());
        Assert.Empty(Assert.IsType<PickleDict>(PyTorchFile.Read(stream).Root).Entries);
    }

    private static Tensor Create(DType type, Shape shape, int seed)
    {
        var tensor = Tensor.Empty(shape, type);
        new Random(seed).NextBytes(tensor.AsBytes());
        if (type == DType.Bool)
        {
            foreach (ref byte value in tensor.AsBytes())
            {
                value &= 1;
            }
        }

        return tensor;
    }
}
