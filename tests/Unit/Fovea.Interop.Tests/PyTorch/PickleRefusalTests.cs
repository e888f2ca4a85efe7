using System.Text;
using Fovea.Io;
using static Fovea.Interop.Tests.PyTorch.Pth;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>What a pickle may not do, one by one: each is refused with its name, and nothing runs.</summary>
public sealed class PickleRefusalTests
{
    public static TheoryData<string, string> Malicious => new()
    {
        // Calls.
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

        // Opcodes.
        { "the opcode EXT1 (0x82), which is not allowed", $"{Start}\u0082\u0001." },
        { "the opcode NEXT_BUFFER (0x97)", $"{Start}\u0097." },
        { "the opcode 0xFF", $"{Start}\u00FF." },
        { "has the protocol 6; expected 0 to 5", "\u0080\u0006N." },
        { "NEWOBJ_EX expects a class, a tuple and a dict", $"{Start}ccollections\nOrderedDict\n)}}\u0092." },
        { "OBJ expects a class", $"{Start}(o." },
        { "uses a value that is not there", $"{Start}2." },
        { "uses a value that is not there", $"{Start}0." },
        { "recalls the value 7", $"{Start}g7\n." },
        { "expected the number of a stored value", $"{Start}g-1\n." },
        { "expected a whole number, got \"1.5\"", $"{Start}I1.5\n." },
        { "expected a number, got \"x\\u001B\"", $"{Start}Fx\u001b\n." },
        { "is not in quotes", $"{Start}Sabc\n." },
        { "lacks its digits", $"{Start}V\\u12\n." },
        { "is no character", $"{Start}V\\Uffffffff\n." },
        { "the persistent id \"id\" is not that of a storage", $"{Start}Pid\n." },

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
        { "a module expects a class as argument 2, got None", $"{Start}({Text("module")}NNNtQ." },
        { "a persistent id 'file'; only 'storage' and 'module' are read", $"{Start}({Text("file")}{Text("/etc/passwd")}tQ." },
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
    public void Is_refused_by_name(string message, string pickle)
    {
        var error = Assert.Throws<PickleException>(() => Read(Zip(pickle)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 600);
    }

    [Fact]
    public void Billions_of_paths_through_shared_containers_are_neither_walked_nor_listed()
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
        Assert.Contains("reading takes more than", Assert.Throws<PickleException>(() => file.Tensors).Message, StringComparison.Ordinal);
        Assert.Contains("holds no dict of tensors; it holds a tuple", Assert.Throws<PickleException>(() => file.StateDict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sound_pickles_by_hand_are_read()
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
    public void The_forthcoming_rebuild_of_untyped_storages_is_read()
    {
        using var scope = TensorScope.Begin();
        string Typed(string dtype, string size) =>
            $"{Start}ctorch._utils\n_rebuild_tensor_v3\n(({Text("storage")}ctorch.storage\nUntypedStorage\n{Text("0")}{Text("cpu")}K\u0008tQK\0({size}t(K\u0001t\u0089}}c{dtype}\ntR.";
        Assert.Equal([0L, 0x3F80, 0, 0x4000], Read(Zip(Typed("torch\nuint16", "K\u0004"))).Tensors[""].ToArray<long>());
        Assert.Equal([0x3F800000L, 0x40000000], Read(Zip(Typed("torch\nuint32", "K\u0002"))).Tensors[""].ToArray<long>());
        Assert.Contains("reaches element 2", Assert.Throws<PickleException>(() => Read(Zip(Typed("torch\nuint32", "K\u0003")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pending_conjugation_is_refused()
    {
        string Lazy(string bits) => $"{Start}{Tensor()[..^2]}{bits}tR.";
        using var scope = TensorScope.Begin();
        Assert.Single(Read(Zip(Lazy("}"))).Tensors);
        Assert.Contains("pending conjugation", Assert.Throws<PickleException>(() => Read(Zip(Lazy($"}}{Text("neg")}\u0088s")))).Message, StringComparison.Ordinal);
    }
}
