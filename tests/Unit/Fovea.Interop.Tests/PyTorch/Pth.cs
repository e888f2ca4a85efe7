using System.Buffers.Binary;
using System.Text;
using Fovea.Io;
using Fovea.Io.PyTorch;
using Fovea.Io.Zip;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>Makes PyTorch files opcode by opcode, sound or not. Texts are opcodes in Latin-1.</summary>
internal static class Pth
{
    public const string Start = "\u0080\u0002";

    /// <summary>The pieces of a call <c>_rebuild_tensor_v2</c> on the float storage '0'.</summary>
    public static string Tensor(
        string size = "(K\u0002t", string stride = "(K\u0001t", string offset = "K\0", string elements = "K\u0002", string type = "torch\nFloatStorage",
        string key = "0") =>
        $"ctorch._utils\n_rebuild_tensor_v2\n(({Text("storage")}c{type}\n{Text(key)}{Text("cpu")}{elements}tQ{offset}{size}{stride}\u0089ccollections\nOrderedDict\n)RtR";

    /// <summary>A text as BINUNICODE.</summary>
    public static string Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return "X" + Latin1(length) + Latin1(bytes);
    }

    /// <summary>The zip form around a pickle, with the storage '0' of two floats, 1 and 2.</summary>
    public static byte[] Zip(string pickle, params (string Name, byte[] Content)[] more)
    {
        var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        zip.Add("archive/data.pkl", Encoding.Latin1.GetBytes(pickle));
        if (!more.Any(m => m.Name == "data/0"))
        {
            zip.Add("archive/data/0", [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);
        }

        foreach ((string name, byte[] content) in more)
        {
            zip.Add($"archive/{name}", content);
        }

        zip.Finish();
        return stream.ToArray();
    }

    /// <summary>The legacy form around a pickle.</summary>
    public static byte[] Legacy(string pickle, string keys, params byte[] storages) =>
    [
        .. Encoding.Latin1.GetBytes($"{Start}\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.{Start}M\u00e9\u0003.{Start}}}.{pickle}{Start}{keys}."), .. storages,
    ];

    public static PyTorchFile Read(byte[] file) => PyTorchFile.Read(new MemoryStream(file));

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
