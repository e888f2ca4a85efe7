using System.Text;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Interop.Tests;

/// <summary>Weights in several safetensors files, read as one.</summary>
public sealed class ShardedSafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TensorScope _scope = TensorScope.Begin();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_index_is_read_as_one_set_of_weights()
    {
        Shard("m-1.safetensors", ("a", Tensor.From([1f, 2f])), ("b", Tensor.From([3f])));
        Shard("m-2.safetensors", ("c", Tensor.From([4f])));
        string index = Index("""{"metadata":{"total_size":16},"weight_map":{"c":"m-2.safetensors","a":"m-1.safetensors","b":"m-1.safetensors"}}""");
        using var log = new ProgressLog();
        WeightsFile read = WeightsFile.Read(index, progress: log);
        Assert.Equal(WeightsFormat.Safetensors, read.Format);
        Assert.Equal([1f, 2f, 3f, 4f], [.. read.Tensors["a"].ToArray<float>(), .. read.Tensors["b"].ToArray<float>(), .. read.Tensors["c"].ToArray<float>()]);
        Assert.Equal("pt", read.Metadata["format"]);
        Assert.Equal(read.Metadata, WeightsFile.ReadMetadata(index));
        Assert.Null(log.Problem(WorkStage.Reading));
        Assert.Equal(WeightsFormat.Safetensors, WeightsFile.FormatOf(index));
        Assert.Contains("weights are written into one file", Assert.Throws<DataFormatException>(() => WeightsFile.Write(index, read.Tensors)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Halves_become_single_precision()
    {
        // 1.5 is 0x3E00 as half and 0x3FC0 as bfloat16.
        File.WriteAllBytes(_folder.File("h.safetensors"), Raw("""{"f":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}}""", 0x00, 0x3E, 0xC0, 0x3F));
        WeightsFile read = WeightsFile.Read(Index("""{"weight_map":{"f":"h.safetensors","b":"h.safetensors"}}"""));
        Assert.Equal([DType.Float32, DType.Float32], read.Tensors.Values.Select(t => t.DType));
        Assert.Equal([1.5f, 1.5f], read.Tensors.Values.Select(t => t.ToArray<float>()[0]));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors"}}""", "m-1.safetensors has 1 tensors that the index does not say are in it: b;")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","x":"m-1.safetensors"}}""", "m-1.safetensors lacks 1 tensors that the index says it has: x;")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}""", "m-1.safetensors has 1 tensors that the index does not say are in it: b;")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-3.safetensors","d":"m-4.safetensors"}}""", "2 of the 3 files that the index names are not beside it: m-3.safetensors, m-4.safetensors; fetch them too")]
    [InlineData("""{"weight_map":{}}""", "the index has no tensors")]
    [InlineData("""{}""", "the index has no tensors")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","a":"m-2.safetensors"}}""", "the index has the tensor 'a' twice")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors"},"weight_map":{}}""", "the index has weight_map twice")]
    [InlineData("""{"weight_map":{"a":1}}""", "the file of the tensor 'a': expected text, got a number")]
    [InlineData("""{"weight_map":[]}""", "weight_map: expected an object, got a list")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors"}} more""", "the index is not valid JSON")]
    [InlineData("""{"weight_map":{"a":"m-1.pth"}}""", "expected a .safetensors file beside the index")]
    [InlineData("not json", "the index is not valid JSON")]
    public void An_index_and_its_files_must_agree(string json, string said)
    {
        Shard("m-1.safetensors", ("a", Tensor.From([1f])), ("b", Tensor.From([2f])));
        Shard("m-2.safetensors", ("b", Tensor.From([2f])));
        string index = Index(json);
        string message = Assert.Throws<SafetensorsException>(() => WeightsFile.Read(index)).Message;
        Assert.StartsWith($"{index}: ", message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../m.safetensors")]
    [InlineData("/etc/m.safetensors")]
    [InlineData("sub/m.safetensors")]
    [InlineData("sub\\\\m.safetensors")]
    [InlineData("C:m.safetensors")]
    [InlineData("a\\u0000.safetensors")]
    [InlineData(".safetensors")]
    [InlineData("..safetensors")]
    [InlineData("")]
    public void An_index_names_nothing_outside_of_its_folder(string name) => Assert.Contains(
        "expected a .safetensors file beside the index",
        Assert.Throws<SafetensorsException>(() => ShardIndex.Parse(Encoding.UTF8.GetBytes($$$"""{"weight_map":{"a":"{{{name}}}"}}"""))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_damaged_is_named()
    {
        Shard("m-1.safetensors", ("a", Tensor.From([1f])));
        byte[] bytes = File.ReadAllBytes(_folder.File("m-1.safetensors"));
        File.WriteAllBytes(_folder.File("m-1.safetensors"), bytes[..^1]);
        string message = Assert.Throws<SafetensorsException>(() => WeightsFile.Read(Index("""{"weight_map":{"a":"m-1.safetensors"}}"""))).Message;
        Assert.StartsWith($"{_folder.File("m-1.safetensors")}: the tensors take 4 bytes, got 3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_say_two_things_are_not_of_one_model()
    {
        Shard("m-1.safetensors", ("a", Tensor.From([1f])));
        SafetensorsFile.Write(_folder.File("m-2.safetensors"), new Dictionary<string, Tensor> { ["b"] = Tensor.From([1f]) }, new Dictionary<string, string> { ["format"] = "tf" });
        Assert.Contains(
            "its files say two things of 'format'",
            Assert.Throws<SafetensorsException>(() => WeightsFile.Read(Index("""{"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_index_is_a_typed_error_whatever_its_bytes()
    {
        byte[] sound = """{"metadata":{"total_size":16,"x":[1,{"y":null}]},"weight_map":{"a\u00e9":"m-1.safetensors","b":"m-2.safetensors"}}"""u8.ToArray();
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. sound];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.All(ShardIndex.Parse(bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length)).Files, f => Assert.DoesNotContain('/', f));
            }
            catch (SafetensorsException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    private static byte[] Raw(string header, params byte[] data) => [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data];

    private void Shard(string name, params (string Name, Tensor Value)[] tensors) => SafetensorsFile.Write(
        _folder.File(name), tensors.ToDictionary(t => t.Name, t => t.Value), new Dictionary<string, string> { ["format"] = "pt" });

    private string Index(string json)
    {
        string path = _folder.File("model.safetensors.index.json");
        File.WriteAllText(path, json);
        return path;
    }
}
