using System.Text;
using Fovea.Io;
using static Fovea.Interop.Tests.PyTorch.Pth;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>What a pickle may not do, one by one: each is refused with its name, and nothing runs.</summary>
public sealed class PickleRefusalTests
{
    public static TheoryData<string, string> Malicious => new()
    {
        // Calls of functions.
        { "the global 'os.system', which is not allowed", $"{Start}cos\nsystem\n{Text("touch /tmp/fovea-owned")}\u0085R." },
        { "the global 'posix.system'", $"{Start}cposix\nsystem\n{Text("id")}\u0085R." },
        { "the global 'builtins.eval'", $"{Start}cbuiltins\neval\n{Text("1")}\u0085R." },
        { "the global '__builtin__.exec'", $"{Start}c__builtin__\nexec\n." },
        { "the global 'builtins.getattr'", $"{Start}{Text("builtins")}{Text("getattr")}\u0093." },
        { "the global 'subprocess.Popen'", $"\u0080\u0004\u008c\u000asubprocess\u008c\u0005Popen\u0093)R." },
        { "the global 'torch.hub.load'", $"{Start}ctorch.hub\nload\n." },
        { "the global 'torch.load'", $"{Start}ctorch\nload\n." },
        { "the global 'torch._utils._import_dotted_name'", $"{Start}ctorch._utils\n_import_dotted_name\n." },
        { "the global 'collections.OrderedDict.fromkeys'", $"{Start}ccollections\nOrderedDict.fromkeys\n." },
        { "the global 'torch._utils._rebuild_sparse_tensor'", $"{Start}ctorch._utils\n_rebuild_sparse_tensor\n." },
        { "the global 'torch.ComplexFloatStorage'", $"{Start}ctorch\nComplexFloatStorage\n." },
        { "the global 'evil.FloatStorage'", $"{Start}cevil\nFloatStorage\n." },
        { "the global 'numpy.core.multiarray._reconstruct'", $"{Start}cnumpy.core.multiarray\n_reconstruct\n." },
        { "the global 'argparse.Namespace'", $"{Start}cargparse\nNamespace\n)\u0081." },
        { "the global '?[2J.x'", $"{Start}c\u001b[2J\nx\n." },
        { "a name in the pickle has more than 1000 bytes", $"{Start}c{new string('a', 1001)}\nb\n." },
        { "calls a dict, which is not a function", $"{Start}}})R." },
        { "calls a str, which is not a function", $"{Start}{Text("print")})R." },
        { "calls a torch.FloatStorage, which is not a function", $"{Start}ctorch\nFloatStorage\n)R." },
        { "calls a torch.float32, which is not a function", $"{Start}ctorch\nfloat32\n)R." },
        { "REDUCE expects a tuple of arguments, got list", $"{Start}ccollections\nOrderedDict\n]R." },
        { "collections.OrderedDict takes 0 to 1 arguments, got 2", $"{Start}ccollections\nOrderedDict\n]]\u0086R." },
        { "expects pairs of keys and values", $"{Start}ccollections\nOrderedDict\n]K\u0001a\u0085R." },
        { "torch.Size takes 1 arguments, got 0", $"{Start}ctorch\nSize\n)R." },
        { "expected a function that rebuilds a tensor", $"{Start}ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\nctorch\nTensor\n)}}tR." },
        { "_codecs.encode is only read for latin1", $"{Start}c_codecs\nencode\n{Text("a")}{Text("rot13")}\u0086R." },
        { "numpy.dtype('O8') of 8 bytes", $"{Start}cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n{Text("O8")}\u0085RC\u0008" + "abcdefgh\u0086R." },
        { "numpy.dtype('f8') of 4 bytes", $"{Start}cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n{Text("f8")}\u0085RC\u0004" + "abcd\u0086R." },

        // Opcodes.
        { "the opcode NEWOBJ (0x81), which is not allowed", $"{Start}ccollections\nOrderedDict\n)\u0081." },
        { "the opcode NEWOBJ_EX (0x92)", $"{Start}\u0092." },
        { "the opcode INST (0x69)", $"{Start}(ios\nsystem\n." },
        { "the opcode OBJ (0x6F)", $"{Start}(o." },
        { "the opcode PERSID (0x50)", $"{Start}Pid\n." },
        { "the opcode EXT1 (0x82)", $"{Start}\u0082\u0001." },
        { "the opcode DUP (0x32)", $"{Start}N2." },
        { "the opcode POP (0x30)", $"{Start}N0." },
        { "the opcode GET (0x67)", $"{Start}g0\n." },
        { "the opcode NEXT_BUFFER (0x97)", $"{Start}\u0097." },
        { "the opcode 0xFF", $"{Start}\u00FF." },
        { "has the protocol 6; expected 2 to 5", "\u0080\u0006N." },
        { "has the protocol 1; expected 2 to 5", "\u0080\u0001N." },

        // The machine.
        { "byte 2: the pickle wants 1 more bytes, but the file has 0", Start },
        { "uses a value that is not there", $"{Start}." },
        { "uses a value that is not there", $"{Start}N(a." },
        { "stops with values left over", $"{Start}NN." },
        { "stops with values left over", $"{Start}(N." },
        { "closes a group that it has not opened", $"{Start}t." },
        { "recalls the value 7, which it has not stored", $"{Start}h\u0007." },
        { "recalls the value 4294967295", $"{Start}j\u00FF\u00FF\u00FF\u00FF." },
        { "adds items to a dict; expected a list", $"{Start}}}Na." },
        { "adds items to a tuple; expected a list", $"{Start})Na." },
        { "adds items to a list; expected a set", $"{Start}](N\u0090." },
        { "adds items to a Tensor; expected a list", $"{Start}{Tensor()}Na." },
        { "sets entries of a list; expected a dict", $"{Start}]NNs." },
        { "sets entries of a collections.OrderedDict; expected a dict", $"{Start}ccollections\nOrderedDict\nNNs." },
        { "sets a key without a value", $"{Start}}}(Nu." },
        { "sets the state of a list", $"{Start}]}}b." },
        { "sets the state of a torch._utils._rebuild_tensor_v2", $"{Start}ctorch._utils\n_rebuild_tensor_v2\n}}b." },
        { "sets the state of a Tensor", $"{Start}{Tensor()}}}b." },
        { "STACK_GLOBAL expects two texts", $"{Start}NN\u0093." },
        { "a text in the pickle is not UTF-8", $"{Start}X\u0001\0\0\0\u00FF." },
        { "a list that contains itself", $"{Start}]q\0h\0a." },
        { "a dict that contains itself", $"{Start}}}q\0Nh\0s." },
        { "a list that contains itself", $"{Start}]q\0]h\0aa." },
        { "holds a torch._utils._rebuild_tensor_v2 as data", $"{Start}]ctorch._utils\n_rebuild_tensor_v2\na." },
        { "holds a storage as data", $"{Start}({Text("storage")}ctorch\nFloatStorage\n{Text("0")}{Text("cpu")}K\u0002tQ." },
        { "2 bytes follow the pickle", $"{Start}}}.ab" },

        // Lengths and depths that would take the machine down.
        { "nests containers more than 100 deep", Start + new string(']', 101) + new string('a', 100) + "." },
        { "nests containers more than 100 deep", $"{Start}N{new string('\u0085', 100_000)}." },
        { "wants 4,294,967,295 more bytes", $"{Start}X\u00FF\u00FF\u00FF\u00FF" + "abc." },
        { "wants 9,223,372,036,854,775,807 more bytes", $"{Start}\u008d\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007F" },
        { "wants 18,446,744,073,709,551,615 more bytes", $"{Start}\u008e\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF" },
        { "an integer of 2,147,483,647 bytes; at most 256", $"{Start}\u008b\u00FF\u00FF\u00FF\u007F" },
        { "holds more than 4,000,000 values", Start + new string('N', 4_000_001) },
        { "holds more than 4,000,000 values", Start + new string('(', 4_000_001) },
        { "holds more than 4,000,000 values", $"{Start}N{string.Concat(Enumerable.Repeat("r\0\0\0\0", 4_000_000))}" },
        { "the pickle holds more than", $"{Start}]q\0({string.Concat(Enumerable.Repeat("h\0", 2_500_000))}e." },

        // Persistent ids.
        { "a persistent id is not a tuple", $"{Start}{Text("storage")}Q." },
        { "a persistent id 'module'; only 'storage' is read. A whole model was pickled", $"{Start}({Text("module")}NNNtQ." },
        { "a persistent id 'file'; only 'storage' is read", $"{Start}({Text("file")}{Text("/etc/passwd")}tQ." },
        { "a storage takes 5 to 6 arguments, got 1", $"{Start}({Text("storage")}tQ." },
        { "a storage expects a storage type as argument 2, got str", $"{Start}({Text("storage")}{Text("FloatStorage")}NNNtQ." },
        { "got -1", $"{Start}{Tensor(elements: "J\u00FF\u00FF\u00FF\u00FF")}." },
        { "claims 9223372036854775807 elements", $"{Start}{Tensor(elements: "\u008a\u0008\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007F")}." },
        { "a view of 2 elements at 1 of the storage '0', which has 2",
            $"{Start}({Text("storage")}ctorch\nFloatStorage\n{Text("0")}{Text("cpu")}K\u0002({Text("v")}K\u0001K\u0002ttQ." },

        // Tensors that reach outside their storage.
        { "reaches element 2 of the storage '0', which has 2", $"{Start}{Tensor(offset: "K\u0001")}." },
        { "reaches element 9 of the storage '0'", $"{Start}{Tensor(stride: "(K\u0009t")}." },
        { "reaches element", $"{Start}{Tensor(stride: "(\u008a\u0008\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007Ft")}." },
        { "reaches element", $"{Start}{Tensor(offset: "\u008a\u0008\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007F")}." },
        { "expects whole numbers of at least 0 as argument 4, got -1", $"{Start}{Tensor(stride: "(J\u00FF\u00FF\u00FF\u00FFt")}." },
        { "expects whole numbers of at least 0 as argument 3, got 2351", $"{Start}{Tensor(size: "(\u008a\u0009\0\0\0\0\0\0\0\u007F\u007Ft")}." },
        { "expects whole numbers of at least 0 as argument 3, got float", $"{Start}{Tensor(size: "(G\u003f\u00f0\0\0\0\0\0\0t")}." },
        { "expects a list or a tuple as argument 3, got int", $"{Start}{Tensor(size: "K\u0002")}." },
        { "got 1 lengths and 2 strides", $"{Start}{Tensor(stride: "(K\u0001K\u0001t")}." },
        { "has the shape [65536, 65536]", $"{Start}{Tensor(size: "(J\0\0\u0001\0J\0\0\u0001\0t", stride: "(K\0K\0t")}." },
        { "has 65 axes; expected at most 64",
            $"{Start}{Tensor(size: $"({string.Concat(Enumerable.Repeat("K\u0001", 65))}t", stride: $"({string.Concat(Enumerable.Repeat("K\u0001", 65))}t")}." },
        { "the tensors take more than 67,1", $"{Start}{Tensor(size: "(J\0\0\0\u0003t", stride: "(K\0t")}." },

        // Storages that are not what the pickle says.
        { "the storage '1' is missing: the archive has no archive/data/1", $"{Start}{Tensor(key: "1")}." },
        { "the storage '../../../etc/passwd' is missing", $"{Start}{Tensor(key: "../../../etc/passwd")}." },
        { "the storage '0' should take 12 bytes, but the archive has 8", $"{Start}{Tensor(elements: "K\u0003")}." },
        { "the storage '0' takes 17,179,869,180 bytes; tensors that share one can have at most", $"{Start}{Tensor(elements: "\u008a\u0005\u00FF\u00FF\u00FF\u00FF\0")}." },
        { "the storage '0' should take 16 bytes", $"{Start}{Tensor(type: "torch\nDoubleStorage")}." },
    };

    [Theory]
    [MemberData(nameof(Malicious), DisableDiscoveryEnumeration = true)]
    public void IsRefusedByName(string message, string pickle)
    {
        var error = Assert.Throws<PickleException>(() => Read(Zip(pickle)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 600);
    }

    [Fact]
    public void BillionsOfPathsThroughSharedContainersAreNeitherWalkedNorListed()
    {
        // Each list holds the one before twice: 2⁶⁰ paths to one tensor.
        var pickle = new StringBuilder($"{Start}{Tensor()}q\0");
        for (int i = 0; i < 60; i++)
        {
            pickle.Append($"q\0h\0\u0086");
        }

        using var scope = TensorScope.Begin();
        PyTorchFile file = Read(Zip($"{pickle}."));
        Assert.Equal("tuple", file.Root.Kind);
        Assert.Contains("more than 1,000,000 paths", Assert.Throws<PickleException>(() => file.Tensors).Message, StringComparison.Ordinal);
        Assert.Contains("holds a tuple; expected a dict of tensors", Assert.Throws<PickleException>(() => file.StateDict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeysThatCollideByTheFrameworksHashDoNotSlowReadingDown()
    {
        // Halves of a double that are equal fold to the hash 0. Compared one by one, 200,000 of them would take minutes.
        var pickle = new StringBuilder($"{Start}}}(");
        for (int i = 1; i <= 200_000; i++)
        {
            string half = $"\0{(char)(i >> 16)}{(char)(i >> 8 & 0xFF)}{(char)(i & 0xFF)}";
            pickle.Append($"G{half}{half}N");
        }

        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Equal(200_000, Assert.IsType<PickleDict>(Read(Zip($"{pickle}u.")).Root).Entries.Count);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 20);
    }

    [Fact]
    public void NothingRan() => Assert.False(File.Exists("/tmp/fovea-owned"));

    [Fact]
    public void SoundPicklesByHandAreRead()
    {
        using var scope = TensorScope.Begin();
        Assert.Equal([1f, 2f], Read(Zip($"{Start}{Tensor()}.")).Tensors[""].ToArray<float>());
        Assert.Equal([2f], Read(Zip($"{Start}{Tensor(offset: "K\u0001", size: "(K\u0001t")}.")).Tensors[""].ToArray<float>());

        // Fifty containers deep, Python 2's strings, a later key that wins, an empty tensor far outside its storage.
        Assert.Single(Read(Zip($"{Start}{new string(']', 99)}{Tensor()}{new string('a', 99)}.")).Tensors);
        var root = Assert.IsType<PickleDict>(Read(Zip($"{Start}}}(U\u0001aK\u0001U\u0001aK\u0002u.")).Root);
        Assert.Equal(2, ((PickleInteger)Assert.Single(root.Entries).Value).Value);
        Assert.Equal(0, Read(Zip($"{Start}{Tensor(size: "(K\0t", offset: "K\u0063")}.")).Tensors[""].Elements);
    }

    [Fact]
    public void TheForthcomingRebuildOfUntypedStoragesIsRead()
    {
        using var scope = TensorScope.Begin();
        string Typed(string dtype, string size) =>
            $"{Start}ctorch._utils\n_rebuild_tensor_v3\n(({Text("storage")}ctorch.storage\nUntypedStorage\n{Text("0")}{Text("cpu")}K\u0008tQK\0({size}t(K\u0001t\u0089}}c{dtype}\ntR.";
        Assert.Equal([0L, 0x3F80, 0, 0x4000], Read(Zip(Typed("torch\nuint16", "K\u0004"))).Tensors[""].ToArray<long>());
        Assert.Equal([0x3F800000L, 0x40000000], Read(Zip(Typed("torch\nuint32", "K\u0002"))).Tensors[""].ToArray<long>());
        Assert.Contains("reaches element 2", Assert.Throws<PickleException>(() => Read(Zip(Typed("torch\nuint32", "K\u0003")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PendingConjugationIsRefused()
    {
        string Lazy(string bits) => $"{Start}{Tensor()[..^2]}{bits}tR.";
        using var scope = TensorScope.Begin();
        Assert.Single(Read(Zip(Lazy("}"))).Tensors);
        Assert.Contains("pending conjugation", Assert.Throws<PickleException>(() => Read(Zip(Lazy($"}}{Text("neg")}\u0088s")))).Message, StringComparison.Ordinal);
    }
}
