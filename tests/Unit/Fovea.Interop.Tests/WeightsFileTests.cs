using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Interop.Tests;

[Collection(Serial.Name)]
public sealed class WeightsFileMemoryTests
{
    [Fact]
    public void Only_the_state_dict_stays()
    {
        Serial.CollectLeftovers();
        long blocks = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            WeightsFile read = WeightsFile.Read(Repository.Golden("pth", "checkpoint.th"));
            Assert.Equal(blocks + read.Tensors.Count, TensorMemory.LiveBlocks);
        }

        Assert.Equal(blocks, TensorMemory.LiveBlocks);
    }
}

public sealed class WeightsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, WeightsFormat?> Extensions => new()
    {
        { "a.safetensors", WeightsFormat.Safetensors },
        { "a.SafeTensors", WeightsFormat.Safetensors },
        { "a.pth", WeightsFormat.PyTorch },
        { "a.pt", WeightsFormat.PyTorch },
        { "a.th", WeightsFormat.PyTorch },
        { "pytorch_model.bin", WeightsFormat.PyTorch },
        { "a.ckpt", WeightsFormat.PyTorch },
        { "a.npz", WeightsFormat.Npz },
        { "a.onnx", WeightsFormat.Onnx },
        { "a.tflite", null },
        { "safetensors", null },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Extensions))]
    public void The_extension_names_the_format(string path, WeightsFormat? format) => Assert.Equal(format, WeightsFile.FormatOf(path));

    [Theory]
    [InlineData("w.safetensors", WeightsFormat.Safetensors)]
    [InlineData("w.pth", WeightsFormat.PyTorch)]
    [InlineData("w.npz", WeightsFormat.Npz)]
    public void Every_format_round_trips_under_any_name(string name, WeightsFormat format)
    {
        using var scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>
        {
            ["conv.weight"] = Tensor.From([1f, 2f, 3f, 4f], [2, 2]),
            ["conv.bias"] = Tensor.From([0.5, -0.5]),
            ["steps"] = Tensor.Scalar(7, DType.Int64),
            ["mask"] = Tensor.From([true, false]),
            ["empty"] = Tensor.Zeros([0, 3]),
        };
        string path = _folder.File(name);
        WeightsFile.Write(path, tensors, new Dictionary<string, string> { ["model"] = "tiny" });
        foreach (string lie in new[] { "w.bin", "other.safetensors", "noextension", "x.npz" })
        {
            string copy = _folder.File(lie);
            File.Move(path, copy);
            WeightsFile read = WeightsFile.Read(copy);
            Assert.Equal(format, read.Format);
            Tensors.AssertEqual(tensors, read.Tensors);
            Assert.Equal(format == WeightsFormat.Safetensors ? ["tiny"] : [], read.Metadata.Values);
            Assert.Equal(read.Metadata, WeightsFile.ReadMetadata(copy));
            path = copy;
        }
    }

    [Fact]
    public void A_key_chooses_the_state_dict()
    {
        using var scope = TensorScope.Begin();
        Assert.Equal([1f, 1f], WeightsFile.Read(Repository.Golden("pth", "two.pth"), "generator").Tensors["w"].ToArray<float>());
        Assert.Equal([0f, 0f, 0f], WeightsFile.Read(Repository.Golden("pth", "two.th"), "discriminator").Tensors["w"].ToArray<float>());
    }

    [Fact]
    public void Unknown_content_and_extensions_are_errors_that_say_what_is_expected()
    {
        string path = _folder.File("weights.dat");
        File.WriteAllText(path, "hello, these are not weights");
        Refuses($"{path}: the content is of no known format", path);
        File.WriteAllBytes(path, []);
        Refuses("the file is empty", path);
        File.Copy(Repository.Golden("npy", "f4.npy"), path, overwrite: true);
        Refuses("holds one array without a name", path);
        string text = _folder.File("text.safetensors");
        File.WriteAllText(text, "hello, these are not weights");
        Assert.Throws<SafetensorsException>(() => WeightsFile.Read(text));
        string cut = _folder.File("cut.pth");
        File.WriteAllBytes(cut, File.ReadAllBytes(Repository.Golden("pth", "two.pth"))[..^30]);
        Refuses($"{cut}: the end of the zip archive is missing", cut);
        Refuses("holds 2 state dicts", Repository.Golden("pth", "two.th"));
        foreach ((string file, string said) in new[] { ("w.tflite", "expected a file that ends in .safetensors"), ("w.onnx", "which holds a network") })
        {
            Assert.Contains(
                said, Assert.Throws<DataFormatException>(() => WeightsFile.Write(_folder.File(file), new Dictionary<string, Tensor>())).Message, StringComparison.Ordinal);
        }

        static void Refuses(string message, string path) =>
            Assert.Contains(message, Assert.ThrowsAny<DataFormatException>(() => WeightsFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_header_may_have_the_length_that_looks_like_a_pickle()
    {
        // A header of 0x280 bytes begins with 80 02, the first opcode of a pickle.
        using var scope = TensorScope.Begin();
        string path = _folder.File("disguised.bin");
        var tensors = new Dictionary<string, Tensor> { ["x"] = Tensor.Scalar(1) };
        for (int pad = 500; pad < 620; pad++)
        {
            byte[] file = SafetensorsFile.ToBytes(tensors, new Dictionary<string, string> { ["pad"] = new('p', pad) });
            if (file[0] == 0x80 && file[1] == 2)
            {
                File.WriteAllBytes(path, file);
                Assert.Equal(WeightsFormat.Safetensors, WeightsFile.Read(path).Format);
                return;
            }
        }

        Assert.Fail("no header of that length was made");
    }
}
