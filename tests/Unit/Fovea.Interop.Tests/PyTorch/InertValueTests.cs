using Fovea.Io;
using Fovea.Testing;
using static Fovea.Interop.Tests.PyTorch.Pth;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>What a pickle names beside tensors and plain data: it is kept by its name, and nothing of it runs.</summary>
public sealed class InertValueTests
{
    private const string Marker = "/tmp/fovea-owned";

    public static TheoryData<string, string> Unknown => new()
    {
        // What would run in Python.
        { "os.system", $"cos\nsystem\n{Text($"touch {Marker}")}\u0085R" },
        { "posix.system", $"(iposix\nsystem\n" },
        { "posix.system", $"(cposix\nsystem\n{Text("id")}o" },
        { "builtins.eval", $"cbuiltins\neval\n{Text("1")}\u0085R" },
        { "builtins.getattr", $"{Text("builtins")}{Text("getattr")}\u0093" },
        { "subprocess.Popen", "\u008c\u000asubprocess\u008c\u0005Popen\u0093)R" },
        { "torch.hub.load", "ctorch.hub\nload\n" },
        { "collections.OrderedDict.fromkeys", "ccollections\nOrderedDict.fromkeys\n" },

        // What training scripts keep.
        { "argparse.Namespace", $"cargparse\nNamespace\n)\u0081}}{Text("lr")}K\u0001sb" },
        { "argparse.Namespace", $"cargparse\nNamespace\n)}}\u0092}}b" },
        { "__main__.Args", $"ccopy_reg\n_reconstructor\n(c__main__\nArgs\nc__builtin__\nobject\nNtR}}b" },
        { "numpy.ndarray", $"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\u0085C\u0001btR(K\u0001K\0\u0085Ntb" },
        { "collections.deque", $"ccollections\ndeque\n]\u0085R(K\u0001K\u0002e" },
        { "datetime.date", "cdatetime\ndate\nC\u0004\u0007\u00e4\u0001\u0001\u0085R" },
        { "numpy.dtype('O8')", $"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n{Text("O8")}\u0085RC\u0008abcdefgh\u0086R" },
        { "numpy.dtype('f8')", $"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n{Text("f8")}\u0085RC\u0004abcd\u0086R" },
        { "_codecs.encode", $"c_codecs\nencode\n{Text("a")}{Text("rot13")}\u0086R" },
        { "torch._utils._rebuild_sparse_tensor", $"ctorch._utils\n_rebuild_sparse_tensor\n{Tensor()}\u0085R" },
        { "torch.ComplexFloatStorage", Tensor(type: "torch\nComplexFloatStorage") },
        { "lib.Subclass", $"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nclib\nSubclass\n)}}tR" },
        { "storage", $"({Text("storage")}ctorch\nFloatStorage\n{Text("0")}{Text("cpu")}K\u0002tQ" },
        { "torch._utils._rebuild_tensor_v2", "ctorch._utils\n_rebuild_tensor_v2\n" },
        { "lib.Layer", $"({Text("module")}clib\nLayer\n{Text("layer.py")}{Text("source")}tQ" },
    };

    [Theory]
    [MemberData(nameof(Unknown), DisableDiscoveryEnumeration = true)]
    public void What_is_unknown_stands_beside_the_weights_by_its_name(string kind, string value)
    {
        using var scope = TensorScope.Begin();
        PyTorchState state = Read(Zip($"{Start}}}({Text("extra")}{value}{Text("model")}}}{Text("w")}{Tensor()}su.")).FindState();
        Assert.Equal([1f, 2f], Assert.Single(state.Tensors).Value.ToArray<float>());
        Assert.Equal([$"extra ({kind})"], state.LeftAside);
        Assert.False(File.Exists(Marker), "a pickle ran a command");
    }

    [Fact]
    public void It_is_named_where_it_lies_and_cannot_draw_on_the_terminal()
    {
        using var scope = TensorScope.Begin();
        string deep = $"}}{Text("a")}]}}{Text("b")}c\u001b[2J\nx\n)Rsas";
        PyTorchState state = Read(Zip($"{Start}}}({Text("plain")}]{Text("run\n")}{deep}{Text("model")}}}{Text("w")}{Tensor()}su.")).FindState();
        Assert.Equal(["plain (list)", "run\\u000A.a.0.b (\\u001B[2J.x)"], state.LeftAside);
    }

    [Theory]
    [InlineData("'w' in 'model' depends on lib.make", "clib\nmake\n{T}\u0085R")]
    [InlineData("'w' in 'model' depends on torch._utils._rebuild_sparse_tensor", "ctorch._utils\n_rebuild_sparse_tensor\n)R")]
    [InlineData("'w' in 'model' depends on lib.Subclass", "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nclib\nSubclass\n)}tR")]
    public void A_tensor_that_depends_on_it_is_an_error_that_names_it(string message, string value)
    {
        using var scope = TensorScope.Begin();
        string model = $"}}({Text("v")}{Tensor()}{Text("w")}{value.Replace("{T}", Tensor(), StringComparison.Ordinal)}u";
        PyTorchFile file = Read(Zip($"{Start}}}{Text("model")}{model}s."));
        Assert.Contains(message, Assert.Throws<PickleException>(() => file.StateDict()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clib\nMyDict\n)\u0081")]
    [InlineData("clib\nMyDict\n)R")]
    [InlineData("ccollections\ndefaultdict\nc__builtin__\nlist\n\u0085R")]
    public void A_state_dict_in_a_subclass_of_dict_is_found(string dict)
    {
        using var scope = TensorScope.Begin();
        PyTorchFile file = Read(Zip($"{Start}{dict}({Text("state_dict")}{dict}{Text("w")}{Tensor()}su."));
        Assert.Equal(["w"], file.StateDict().Keys);
        Assert.Equal(["state_dict.w"], file.Tensors.Keys);
    }

    [Theory]
    [InlineData("(I1\nI00\nF1.5\nFnan\nL12345678901234567890L\nS'a\\x41\\n'\nV\\u00e9\nN(lp3\n(dp4\n(I1\nI2\ntt.")]
    public void The_text_protocols_are_read(string pickle)
    {
        var items = Assert.IsType<PickleSequence>(Read(Zip(pickle)).Root).Items;
        Assert.Equal(["1", "False", "1.5", "NaN", "12345678901234567890", "'aA\n'", "'é'", "None"], items.Take(8).Select(i => i.ToString()));
        Assert.Equal(["list", "dict", "tuple"], items.Skip(8).Select(i => i.Kind));
    }

    [Theory]
    [InlineData("bookkeeping-protocol0.pth")]
    [InlineData("bookkeeping-protocol1.pth")]
    [InlineData("bookkeeping-protocol2.pth")]
    [InlineData("bookkeeping-protocol3.pth")]
    [InlineData("bookkeeping-protocol4.pth")]
    [InlineData("bookkeeping-protocol5.pth")]
    [InlineData("bookkeeping.th")]
    public void A_checkpoint_of_a_training_script_is_read_in_every_protocol(string file)
    {
        using var scope = TensorScope.Begin();
        PyTorchState state = WeightsFile.Read(Repository.Golden("pth", file)).State!;
        Assert.Equal("model", state.Key);
        Assert.Equal(["ema"], state.Alternatives);
        Assert.Equal([0f, 1, 2, 3, 4, 5], state.Tensors["fc.weight"].ToArray<float>());
        Assert.Equal([0.5f, -0.5f], state.Tensors["fc.bias"].ToArray<float>());
        string[] named = ["args (argparse.Namespace)", "array (numpy.ndarray)", "date (datetime.date)", "stage (__main__.Stage.WARM)",
            "partial (functools.partial)", "optimizer_class (torch.optim.sgd.SGD)", "sparse (torch._utils._rebuild_sparse_tensor)",
            "rng.numpy.state.key (numpy.ndarray)", "history (dict)", "size (tuple)", "set (set)", "bytes (bytes)", "loss._extra_state (None)"];
        Assert.All(named, n => Assert.Contains(n, state.LeftAside));
        Assert.DoesNotContain(state.LeftAside, l => l.StartsWith("model (", StringComparison.Ordinal));
    }
}
