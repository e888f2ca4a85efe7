using System.Text;
using Fovea.Io;
using Fovea.Io.Zip;
using static Fovea.Interop.Tests.PyTorch.Pth;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>What lies around the pickle: the archive of the zip form, the five parts of the legacy form.</summary>
public sealed class ContainerFormTests
{
    private static readonly string s_tensor = $"{Start}{Tensor()}.";
    private static readonly byte[] s_values = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];
    private static readonly string s_keys = $"]{Text("0")}a";

    public static TheoryData<string, byte[]> Legacies => new()
    {
        { "the file is neither a zip archive nor a pickle", [] },
        { "the file is neither a zip archive nor a pickle", [1, 2, 3] },
        { "does not begin with PyTorch's magic number", Encoding.Latin1.GetBytes($"{Start}K\u0001.") },
        { "does not begin with PyTorch's magic number", Encoding.Latin1.GetBytes($"{Start}}}.") },
        { "not of PyTorch's protocol 1001", Encoding.Latin1.GetBytes($"{Start}\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.{Start}K\u0001.") },
        { "the names of the storages are not a list", Legacy(s_tensor, "N", s_values) },
        { "the storage 1 belongs to no tensor", Legacy(s_tensor, "]K\u0001a", s_values) },
        { "the storage '1' belongs to no tensor", Legacy(s_tensor, $"]{Text("1")}a", s_values) },
        { "the values of the storage '0' are missing", Legacy(s_tensor, "]") },
        { "the file ends before the storage '0'", Legacy(s_tensor, s_keys, s_values[..7]) },
        { "claims 2 elements, but 4 bytes are left; the file was cut off", Legacy(s_tensor, s_keys, s_values[..12]) },
        { "claims -1 elements", Legacy(s_tensor, s_keys, [255, 255, 255, 255, 255, 255, 255, 255]) },
        { "claims 9223372036854775807 elements", Legacy(s_tensor, s_keys, [255, 255, 255, 255, 255, 255, 255, 127]) },
        { "should have 2 elements, but the file has 1", Legacy(s_tensor, s_keys, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F]) },
        { "1 bytes follow the last storage", Legacy(s_tensor, s_keys, [.. s_values, 0]) },
        { "the storage '0' is there twice", Legacy(s_tensor, $"({Text("0")}{Text("0")}t", [.. s_values, .. s_values]) },
        { "the storage '0' is described in two ways", Legacy($"{Start}{Tensor()}{Tensor(type: "torch\nDoubleStorage")}\u0086.", s_keys, s_values) },
    };

    [Theory]
    [MemberData(nameof(Legacies))]
    public void A_broken_legacy_file_is_refused(string message, byte[] file) =>
        Assert.Contains(message, Assert.Throws<PickleException>(() => Read(file)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_legacy_file_by_hand_is_read()
    {
        using var scope = TensorScope.Begin();
        Assert.Equal([1f, 2f], Read(Legacy(s_tensor, s_keys, s_values)).Tensors[""].ToArray<float>());
    }

    [Fact]
    public void Storage_views_of_old_legacy_files_are_read()
    {
        using var scope = TensorScope.Begin();
        string view = Tensor(size: "(K\u0001t", elements: $"K\u0002({Text("v")}K\u0001K\u0001t");
        Assert.Equal([2f], Read(Legacy($"{Start}{view}.", s_keys, s_values)).Tensors[""].ToArray<float>());
        string beyond = Tensor(size: "(K\u0002t", elements: $"K\u0002({Text("v")}K\u0001K\u0001t");
        Assert.Contains("reaches element 1 of the storage '0', which has 1",
            Assert.Throws<PickleException>(() => Read(Legacy($"{Start}{beyond}.", s_keys, s_values))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tar_form_is_refused_by_name()
    {
        byte[] tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Contains("tar form from before PyTorch 0.1.10", Assert.Throws<PickleException>(() => Read(tar)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_that_are_not_checkpoints_are_refused()
    {
        Refuses("holds no folder with a data.pkl", Archive(("a/other", [])));
        Refuses("holds no folder with a data.pkl", Archive(("data.pkl", [])));
        Refuses("holds no folder with a data.pkl", Archive(("a/b/data.pkl", [])));
        Refuses("holds 2 folders with a data.pkl", Archive(("a/data.pkl", []), ("b/data.pkl", [])));
        Refuses("a TorchScript program", Zip(s_tensor, ("constants.pkl", [])));
        Refuses("byteorder is neither 'little' nor 'big'", Zip(s_tensor, ("byteorder", [1])));
        Refuses("'archive/byteorder' takes 2,000 bytes", Zip(s_tensor, ("byteorder", new byte[2000])));
        Refuses("the end of the zip archive is missing", Zip(s_tensor)[..^1]);

        static void Refuses(string message, byte[] file) =>
            Assert.Contains(message, Assert.Throws<PickleException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_values_are_found_by_their_check_value()
    {
        byte[] file = Zip(s_tensor);
        file[file.AsSpan().IndexOf<byte>([0x80, 0x3F])] ^= 1;
        Assert.Contains("'archive/data/0' is damaged: its check value is", Assert.Throws<PickleException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Big_endian_files_are_read()
    {
        using var scope = TensorScope.Begin();
        (string, byte[]) order = ("byteorder", "big"u8.ToArray());
        (string, byte[]) values = ("data/0", [0x3F, 0x80, 0, 0, 0x40, 0, 0, 0]);
        Assert.Equal([1f, 2f], Read(Zip(s_tensor, order, values)).Tensors[""].ToArray<float>());
        string two = $"{Start}{Tensor()}{Tensor(size: "(K\u0001t", offset: "K\u0001")}\u0086.";
        Assert.Equal([2f], Read(Zip(two, order, values)).Tensors["1"].ToArray<float>());
    }

    [Fact]
    public void Deflated_archives_are_read_within_the_limits()
    {
        using var scope = TensorScope.Begin();
        var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        zip.Add("m/data.pkl", Encoding.Latin1.GetBytes(s_tensor), compress: true);
        zip.Add("m/data/0", [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40], compress: true);
        zip.Finish();
        Assert.Equal([1f, 2f], Read(stream.ToArray()).Tensors[""].ToArray<float>());
    }

    private static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        foreach ((string name, byte[] content) in entries)
        {
            zip.Add(name, content);
        }

        zip.Finish();
        return stream.ToArray();
    }
}
