using System.Buffers.Binary;
using System.Text;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Core.Tests.Io;

public sealed class SafetensorsMalformedTests
{
    private const string Byte = """{"dtype":"U8","shape":[1],"data_offsets":[0,1]}""";

    public static TheoryData<string, byte[]> Headers
    {
        get
        {
            string deep = string.Concat(Enumerable.Repeat("[", 200));
            var cases = new TheoryData<string, byte[]>();
            void Add(string message, string header, params byte[] data) => cases.Add(message, SafetensorsBytes.Of(header, data));

            cases.Add("expected a header, got 0 bytes", []);
            cases.Add("expected a header, got 7 bytes", new byte[7]);
            cases.Add("the header does not start with '{'", new byte[8]);
            cases.Add("claims 100,000,001 bytes", [0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, (byte)'{', (byte)'}']);
            cases.Add("claims 18,446,744,073,709,551,615 bytes", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            cases.Add("the header claims 3 bytes, got 2", [3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);
            cases.Add("not valid UTF-8", SafetensorsBytes.Of([(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)'}'], []));
            cases.Add("does not start with '{'", SafetensorsBytes.Of([0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}'], []));
            Add("does not start with '{'", " {}");
            Add("does not start with '{'", "[]");
            Add("not valid JSON", "{");
            Add("not valid JSON", "{} {}");
            Add("not valid JSON", "{}\0");
            Add("not valid JSON", """{"x":}""");
            Add("not valid JSON", $$$"""{"x":{{{Byte}}},}""", 1);
            Add("not valid JSON", "{/*comment*/}");
            Add("text that is not Unicode", """{"\ud800":{}}""");
            Add("text that is not Unicode", """{"__metadata__":{"a":"\udc00"}}""");
            Add("the tensor 'x': expected an object, got a list", $$$"""{"x":{{{deep}}}""");
            Add("the tensor 'x': expected an object, got null", """{"x":null}""");
            Add("the tensor 'x' is there twice", $$$"""{"x":{{{Byte}}},"x":{{{Byte}}}}""", 1);
            Add("the tensor 'x' is there twice", $$$"""{"x":{{{Byte}}},"\u0078":{{{Byte}}}}""", 1);
            Add("__metadata__ is there twice", """{"__metadata__":{},"__metadata__":{}}""");
            Add("__metadata__ has the key 'a' twice", """{"__metadata__":{"a":"1","a":"2"}}""");
            Add("__metadata__ 'a': expected text, got a number", """{"__metadata__":{"a":1}}""");
            Add("__metadata__ 'a': expected text, got an object", """{"__metadata__":{"a":{"b":"c"}}}""");
            Add("__metadata__: expected an object, got text", """{"__metadata__":"a"}""");
            Add("'x' has no dtype", """{"x":{"shape":[],"data_offsets":[0,0]}}""");
            Add("'x' has no shape", """{"x":{"dtype":"U8","data_offsets":[0,0]}}""");
            Add("'x' has no data_offsets of two numbers", """{"x":{"dtype":"U8","shape":[]}}""");
            Add("'x' has no data_offsets of two numbers", """{"x":{"dtype":"U8","shape":[0],"data_offsets":[0]}}""");
            Add("data_offsets of 'x': expected at most 2 numbers", """{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}""");
            Add("the field 'dtype' twice", """{"x":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}""");
            Add("the field 'shape' twice", """{"x":{"dtype":"U8","shape":[0],"shape":[0],"data_offsets":[0,0]}}""");
            Add("the field 'data_offsets' twice", """{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"data_offsets":[0,0]}}""");
            Add("unknown field 'strides'", """{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"strides":[1]}}""");
            Add("the dtype of 'x': expected text, got null", """{"x":{"dtype":null,"shape":[0],"data_offsets":[0,0]}}""");
            Add("has the dtype F8_E4M3; expected F64", """{"x":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}}""");
            Add("has the dtype f32; expected F64", """{"x":{"dtype":"f32","shape":[0],"data_offsets":[0,0]}}""");
            Add("the shape of 'x': expected a list, got a number", """{"x":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1);
            Add("the shape of 'x': expected a number, got text", """{"x":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1);
            Add("the shape of 'x': expected whole numbers", """{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1);
            Add("the shape of 'x': expected whole numbers", """{"x":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""", 1);
            Add("the shape of 'x': expected whole numbers", """{"x":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}""", 1);
            Add("expected whole numbers", """{"x":{"dtype":"U8","shape":[18446744073709551617],"data_offsets":[0,1]}}""", 1);
            Add("has the shape [2147483648]", """{"x":{"dtype":"U8","shape":[2147483648],"data_offsets":[0,1]}}""", 1);
            Add("has the shape [4294967296, 4294967296]", """{"x":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""");
            Add("has the shape [65536, 65536, 0]", """{"x":{"dtype":"U8","shape":[65536,65536,0],"data_offsets":[0,0]}}""");
            Add("takes 17,179,869,176 bytes; a tensor holds at most", """{"x":{"dtype":"F64","shape":[2147483647],"data_offsets":[0,17179869176]}}""");
            Add("the shape of 'x': expected at most 64 numbers",
                $$$"""{"x":{"dtype":"U8","shape":[{{{string.Join(",", Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,1]}}""", 1);
            Add("takes 8 bytes, got data_offsets [0, 4]", """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 0, 0, 0, 0);
            Add("takes 4 bytes, got data_offsets [4, 0]", """{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 0, 0, 0, 0);
            Add("'x' leaves a hole: expected its data to begin at 0, got 1", """{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 1, 2);
            Add("'y' leaves a hole", $$$"""{"x":{{{Byte}}},"y":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 1, 2, 3);
            Add("'y' overlaps the tensor before", $$$"""{"x":{{{Byte}}},"y":{{{Byte}}}}""", 1);
            Add("overlaps the tensor before", $$$"""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 1, 2, 3);
            Add("the tensors take 1 bytes, got 0 after the header; the file was cut off", $$$"""{"x":{{{Byte}}}}""");
            Add("the tensors take 1 bytes, got 2 after the header; bytes that belong to no tensor follow", $$$"""{"x":{{{Byte}}}}""", 1, 2);
            Add("the tensors take 0 bytes, got 1", "{}", 1);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void Refuses_with_a_message_that_says_why(string message, byte[] file)
    {
        Assert.Contains(message, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(file)).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_names_the_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("broken.safetensors");
        File.WriteAllBytes(path, [1, 2, 3]);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(path));
        Assert.Equal($"{path}: expected a header, got 3 bytes; the file was cut off or is of another format.", error.Message);
        Assert.IsAssignableFrom<DataFormatException>(error);
    }

    [Fact]
    public void A_missing_file_is_the_frameworks_error() =>
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Read(Path.Combine(Path.GetTempPath(), "fovea-not-there.safetensors")));
}

[Collection(Serial.Name)]
public sealed class SafetensorsMutationTests
{
    [Fact]
    public void Six_thousand_damaged_files_are_read_or_refused()
    {
        using var scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>
        {
            ["layer.weight"] = Tensor.Full([2, 3, 4], 0.25),
            ["layer.bias"] = Tensor.Full([7], 1, DType.Float64),
            ["steps"] = Tensor.Scalar(3, DType.Int64),
            ["mask"] = Tensor.Ones([5], DType.Bool),
        };
        byte[][] seeds =
        [
            SafetensorsFile.ToBytes(tensors, new Dictionary<string, string> { ["note"] = "a \"quoted\" é" }),
            SafetensorsBytes.One("F16", "[3]", 0, 60, 0, 0, 1, 2),
            SafetensorsBytes.One("I8", "[2,2]", 1, 2, 3, 4),
        ];
        Serial.CollectLeftovers();
        long blocks = TensorMemory.LiveBlocks;
        TensorMemory.ResetPeak();
        int refused = Mutations.Run<SafetensorsException>(seeds, 6_000, bytes =>
        {
            using var inner = TensorScope.Begin();
            SafetensorsFile.Read(bytes);
        }, maxBytes: 1 << 20, focus: 420, new SafetensorsStructure());
        Assert.InRange(refused, 3_000, 6_000);
        Assert.Equal(blocks, TensorMemory.LiveBlocks);
        Assert.InRange(TensorMemory.PeakBytes, 0, 64 << 20);
    }
}
