using System.Text;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Core.Tests.Io;

/// <summary>Files that NumPy wrote (<c>tests/golden/make_npy.py</c>), files that it would not write, and our own.</summary>
public sealed class NpyTests
{
    public static TheoryData<string, string> Malformed => new()
    {
        { "does not start with \\x93NUMPY", "nothing of the kind" },
        { "the header is cut off", "\u0093NUM" },
        { "has the version 4.0; expected 1 to 3", "\u0093NUMPY\u0004\0\u0001\0" },
        { "the header is cut off", "\u0093NUMPY\u0001\0\u0040\0{" },
        { "claims 4,294,967,295 bytes", "\u0093NUMPY\u0002\0\u00ff\u00ff\u00ff\u00ff" },
        { "the header at 0: expected {", Head("[]") },
        { "expected text in quotes", Head("{descr: 1}") },
        { "expected text in quotes", Head("{'descr") },
        { "structured arrays are not tensors", Head("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}") },
        { "has the element type '|O'", Head("{'descr': '|O', 'fortran_order': False, 'shape': ()}") },
        { "has the element type '<u8'", Head("{'descr': '<u8', 'fortran_order': False, 'shape': ()}") },
        { "has the element type '<c8'", Head("{'descr': '<c8', 'fortran_order': False, 'shape': ()}") },
        { "has the element type ''", Head("{'descr': '', 'fortran_order': False, 'shape': ()}") },
        { "expected True or False", Head("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}") },
        { "expected True or False", Head("{'descr': '<f4', 'fortran_order': ") },
        { "expected (", Head("{'descr': '<f4', 'fortran_order': False, 'shape': 3}") },
        { "expected whole numbers", Head("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}") },
        { "expected whole numbers", Head("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}") },
        { "expected )", Head("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}") },
        { "has the shape [65536, 65536]", Head("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536)}") },
        { "unexpected or repeated key 'shape'", Head("{'descr': '<f4', 'shape': (), 'shape': ()}") },
        { "unexpected or repeated key 'other'", Head("{'other': '<f4'}") },
        { "expected the keys descr, fortran_order and shape", Head("{'descr': '<f4', 'shape': ()}") },
        { "unexpected text after", Head("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x") },
        { "expected }", Head("{'descr': '<f4' 'shape': ()}") },
        { "takes 8 bytes, got 4; the file was cut off", Head("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}") + "abcd" },
        { "takes 4 bytes, got 5; bytes that belong to no array follow", Head("{'descr': '<f4', 'fortran_order': False, 'shape': ()}") + "abcde" },
    };

    [Fact]
    public void Reads_what_NumPy_wrote()
    {
        using var scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> expected = SafetensorsFile.Read(Repository.Golden("npy", "expected.safetensors")).Tensors;
        string[] files = Directory.GetFiles(Repository.Golden("npy"), "*.npy");
        Assert.Equal(expected.Count, files.Length);
        AssertEqual(expected, files.ToDictionary(f => Path.GetFileNameWithoutExtension(f), NpyFile.Read));
        AssertEqual(expected, NpzFile.Read(Repository.Golden("npy", "stored.npz")));
        AssertEqual(expected, NpzFile.Read(Repository.Golden("npy", "deflated.npz")));
    }

    [Fact]
    public void Writes_the_bytes_that_NumPy_writes()
    {
        foreach (string name in new[] { "f4", "f8", "u1", "b1", "scalar", "vector", "empty" })
        {
            using var stream = new MemoryStream();
            string path = Repository.Golden("npy", $"{name}.npy");
            NpyFile.Write(stream, NpyFile.Read(path));
            Assert.Equal(File.ReadAllBytes(path), stream.ToArray());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Archives_round_trip(bool compress)
    {
        using var scope = TensorScope.Begin();
        using var folder = new TemporaryFolder();
        string path = folder.File("weights.npz");
        IReadOnlyDictionary<string, Tensor> tensors = SafetensorsFile.Read(Repository.Golden("npy", "expected.safetensors")).Tensors;
        NpzFile.Write(path, tensors, compress);
        AssertEqual(tensors, NpzFile.Read(path));
        byte[] first = File.ReadAllBytes(path);
        NpzFile.Write(path, tensors.Reverse().ToDictionary(), compress);
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Refuses_with_a_message_that_says_why(string message, string file)
    {
        var error = Assert.Throws<NpyException>(() => NpyFile.Read(new MemoryStream(Encoding.Latin1.GetBytes(file))));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_name_file_and_entry()
    {
        using var folder = new TemporaryFolder();
        string npy = folder.File("a.npy");
        File.WriteAllText(npy, "no");
        Assert.StartsWith($"{npy}: the header is cut off", Assert.Throws<NpyException>(() => NpyFile.Read(npy)).Message, StringComparison.Ordinal);
        string npz = folder.File("a.npz");
        using (var stream = File.Create(npz))
        {
            var zip = new Fovea.Io.Zip.ZipWriter(stream);
            zip.Add("x.npy", "no"u8);
            zip.Finish();
        }

        Assert.StartsWith($"{npz}: x.npy: the header is cut off", Assert.Throws<NpyException>(() => NpzFile.Read(npz)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_names_that_are_no_paths_in_an_archive() =>
        Assert.Throws<ArgumentException>(() => NpzFile.Write(new MemoryStream(), new Dictionary<string, Tensor> { ["../x"] = Tensor.Scalar(1) }));

    private static string Head(string literal) => $"\u0093NUMPY\u0001\0{(char)literal.Length}\0{literal}";

    private static void AssertEqual(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor tensor) in expected)
        {
            Assert.True(tensor.Spec == actual[name].Spec, $"{name}: expected {tensor.Spec}, got {actual[name].Spec}");
            Assert.True(tensor.AsBytes().SequenceEqual(actual[name].AsBytes()), name);
        }
    }
}

[Collection(Serial.Name)]
public sealed class NpyMutationTests
{
    [Fact]
    public void Six_thousand_damaged_arrays_are_read_or_refused()
    {
        byte[][] seeds = [.. new[] { "f4", "f2_big_fortran", "i1", "scalar", "version2" }.Select(n => File.ReadAllBytes(Repository.Golden("npy", $"{n}.npy")))];
        Run(seeds, bytes => NpyFile.Read(new MemoryStream(bytes)), new NpyStructure(), focus: 120);
    }

    [Fact]
    public void Six_thousand_damaged_archives_are_read_or_refused()
    {
        byte[][] seeds = [.. new[] { "stored", "deflated" }.Select(n => File.ReadAllBytes(Repository.Golden("npy", $"{n}.npz")))];
        Run(seeds, bytes => NpzFile.Read(new MemoryStream(bytes)), new ZipStructure(new NpyStructure()), focus: int.MaxValue);
    }

    private static void Run(byte[][] seeds, Action<byte[]> read, FileStructure structure, int focus)
    {
        Serial.CollectLeftovers();
        long blocks = TensorMemory.LiveBlocks;
        TensorMemory.ResetPeak();
        int refused = Mutations.Run<NpyException>(seeds, 6_000, bytes =>
        {
            using var scope = TensorScope.Begin();
            read(bytes);
        }, maxBytes: 4 << 20, focus, structure);
        Assert.InRange(refused, 1_500, 6_000);
        Assert.Equal(blocks, TensorMemory.LiveBlocks);
        Assert.InRange(TensorMemory.PeakBytes, 0, 128 << 20);
    }
}
