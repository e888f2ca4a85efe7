using System.Numerics;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>Files that PyTorch 1.13 wrote (<c>tests/golden/make_pth.py</c>) and what they hold.</summary>
public sealed class PyTorchReadTests
{
    [Theory]
    [InlineData("types.pth")]
    [InlineData("types.th")]
    [InlineData("views.pth")]
    [InlineData("views.th")]
    [InlineData("two.pth")]
    [InlineData("two.th")]
    [InlineData("tensor.pth")]
    [InlineData("tensor.th")]
    [InlineData("checkpoint.pth")]
    [InlineData("checkpoint.th")]
    [InlineData("checkpoint-protocol3.pth")]
    [InlineData("checkpoint-protocol4.pth")]
    [InlineData("checkpoint-protocol5.pth")]
    public void Every_tensor_has_the_values_that_PyTorch_saved(string file)
    {
        using var scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> expected =
            SafetensorsFile.Read(Repository.Golden("pth", $"{file.Split('.')[0].Split('-')[0]}.safetensors")).Tensors;
        Tensors.AssertEqual(expected, PyTorchFile.Read(Repository.Golden("pth", file)).Tensors);
    }

    [Theory]
    [InlineData("checkpoint.pth")]
    [InlineData("checkpoint.th")]
    [InlineData("checkpoint-protocol5.pth")]
    public void Plain_data_are_a_tree(string file)
    {
        using var scope = TensorScope.Begin();
        var root = Assert.IsType<PickleDict>(PyTorchFile.Read(Repository.Golden("pth", file)).Root);
        Assert.Equal(3, Get<PickleInteger>("epoch").Value);
        Assert.Equal("tiny", Get<PickleText>("arch").Value);
        Assert.Equal(91.5, Get<PickleFloat>("best").Value);
        Assert.Equal(-5, Get<PickleInteger>("seen").Value);
        Assert.Equal(["a", "b"], Get<PickleSequence>("flags").Items.Select(i => ((PickleText)i).Value).Order());
        Assert.Equal("set", Get<PickleSequence>("flags").Kind);
        Assert.Equal([1, 2], Get<PickleSequence>("size").Items.Select(i => (int)((PickleInteger)i).Value));
        Assert.Equal("torch.float16", Get<PickleSymbol>("dtype").Name);
        Assert.Equal("torch.device(cpu)", Get<PickleSymbol>("device").Name);
        Assert.IsType<PickleNone>(Get<PickleValue>("nothing"));
        Assert.Equal(BigInteger.Pow(2, 70), Get<PickleInteger>("large").Value);
        Assert.Equal([0, 255], Get<PickleBytes>("raw").Value.ToArray());
        var nested = Get<PickleSequence>("nested");
        Assert.Equal("list", nested.Kind);
        Assert.Equal("tuple", nested.Items[0].Kind);
        Assert.True(Assert.IsType<PickleBool>(Assert.IsType<PickleSequence>(nested.Items[1]).Items[0]).Value);
        Assert.Equal("milestones", Assert.IsType<PickleText>(Get<PickleDict>("schedule").Entries[0].Key).Value);

        T Get<T>(string key)
            where T : PickleValue
        {
            Assert.True(root.TryGet(key, out PickleValue? value));
            return Assert.IsAssignableFrom<T>(value);
        }
    }

    [Theory]
    [InlineData("checkpoint.pth")]
    [InlineData("checkpoint.th")]
    public void The_state_dict_is_found_and_unwrapped(string file)
    {
        using var scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> state = PyTorchFile.Read(Repository.Golden("pth", file)).StateDict();
        Assert.Equal(
            ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "3.weight", "3.bias"],
            state.Keys);
        Assert.Equal([4, 3, 3, 3], state["0.weight"].Shape);
        Assert.Equal(1, state["1.num_batches_tracked"].Item());
    }

    [Fact]
    public void The_same_view_is_the_same_tensor()
    {
        using var scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> read = PyTorchFile.Read(Repository.Golden("pth", "views.pth")).Tensors;
        Assert.Same(read["base"], read["same"]);
    }

    [Theory]
    [InlineData("model.pth")]
    [InlineData("model.th")]
    public void A_whole_model_is_an_object_that_holds_no_state_dict(string file)
    {
        string path = Repository.Golden("pth", file);
        Assert.Equal("__main__.Whole", Assert.IsType<PickleObject>(PyTorchFile.Read(path).Root).Kind);
        var error = Assert.Throws<PickleException>(() => WeightsFile.Read(path));
        Assert.StartsWith($"{path}: the file holds no dict of tensors; it holds a __main__.Whole, which only its own program can read", error.Message, StringComparison.Ordinal);
        Assert.Contains("state_dict()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_read()
    {
        using var scope = TensorScope.Begin();
        using var stream = new Unseekable(File.ReadAllBytes(Repository.Golden("pth", "tensor.pth")));
        Assert.Equal([0, 1, 2, 3, 4, 5], PyTorchFile.Read(stream).Tensors[""].ToArray<float>());
    }

    [Fact]
    public void Tensors_belong_to_the_current_scope_and_none_is_leaked()
    {
        Tensor lost;
        using (TensorScope.Begin())
        {
            lost = PyTorchFile.Read(Repository.Golden("pth", "tensor.th")).Tensors[""];
            Assert.False(lost.IsDisposed);
        }

        Assert.True(lost.IsDisposed);
    }

    [Fact]
    public void The_published_ResNet_is_read()
    {
        string? path = SharedData.Path("weights/resnet20-cifar10.th");
        Assert.SkipWhen(path is null, SharedData.Missing);
        using var scope = TensorScope.Begin();
        PyTorchFile file = PyTorchFile.Read(path!);
        Assert.True(Assert.IsType<PickleDict>(file.Root).TryGet("best_prec1", out PickleValue? best));
        Assert.Equal(91.78, Assert.IsType<PickleFloat>(best).Value, 0.001);
        IReadOnlyDictionary<string, Tensor> state = file.StateDict();
        Assert.Equal([16, 3, 3, 3], state["conv1.weight"].Shape);
        Assert.Equal([10], state["linear.bias"].Shape);
        Assert.Equal(269_722, state.Where(t => !t.Key.Contains("running", StringComparison.Ordinal)).Sum(t => t.Value.Elements));
        Assert.All(state.Values.Where(t => t.DType == DType.Float32), t => Assert.True(float.IsFinite(t.AsSpan<float>()[0])));
    }

    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
