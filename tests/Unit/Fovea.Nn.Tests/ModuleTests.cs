using Fovea.Layers;

namespace Fovea.Nn.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void Names_are_dotted_and_in_order()
    {
        var module = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2, bias: false));
        Assert.Equal(["0.weight", "0.bias", "2.weight"], module.NamedParameters().Select(p => p.Name));
        Assert.Equal(["", "0", "1", "2"], module.NamedModules().Select(m => m.Name));
    }

    [Fact]
    public void Several_listen_to_a_module_each_until_it_stops()
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new BatchNorm2d(2);
        var heard = new List<string>();
        void Twice(Module m, Tensor[] inputs, Tensor y) => heard.Add($"twice {inputs.Length}");
        IDisposable first = module.AfterCall((m, inputs, y) => heard.Add($"first {m == module} {inputs.Length} {y.Shape}"));
        using IDisposable second = module.AfterCall(Twice);
        IDisposable third = module.AfterCall(Twice);
        module.Call(Tensor.Ones([1, 2, 2, 2]));
        Assert.Equal(["first True 1 [1, 2, 2, 2]", "twice 1", "twice 1"], heard);
        heard.Clear();
        first.Dispose();
        third.Dispose();
        third.Dispose();
        module.CallFused(Tensor.Ones([1, 2, 2, 2]), relu: true, Tensor.Ones([1, 2, 2, 2]));
        Assert.Equal(["twice 2"], heard);
    }

    [Fact]
    public void An_output_that_was_changed_is_what_the_caller_and_later_listeners_get()
    {
        using TensorScope scope = TensorScope.Begin();
        var layer = new Activation(static x => x * 2);
        var model = new Sequential(layer, new Activation(static x => x + 1));
        float heard = 0;
        using (layer.ChangeOutput((_, inputs, y) => y * 10 + inputs[0]))
        using (layer.AfterCall((_, _, y) => heard = y.ToArray<float>()[0]))
        {
            Assert.Equal([64f], model.Call(Tensor.From([3f])).ToArray<float>());
            Assert.Equal(63, heard);
        }

        Assert.Equal([7f], model.Call(Tensor.From([3f])).ToArray<float>());
    }

    [Fact]
    public void Training_mode_reaches_every_part()
    {
        var module = new Sequential(new Sequential(new BatchNorm2d(2)));
        Assert.True(module[0].IsTraining);
        module.Eval();
        Assert.All(module.NamedModules(), m => Assert.False(m.Value.IsTraining));
        module.Train();
        Assert.All(module.NamedModules(), m => Assert.True(m.Value.IsTraining));
    }

    [Fact]
    public void A_state_dict_that_does_not_fit_changes_nothing_and_names_every_difference()
    {
        var module = new Linear(2, 3);
        float[] before = module.Weight.ToArray<float>();
        var state = new Dictionary<string, Tensor> { ["weight"] = Tensor.Ones([2, 2]), ["extra"] = Tensor.Ones([1]) };
        StateDictException e = Assert.Throws<StateDictException>(() => StateDict.Load(module, state));
        Assert.Equal(["bias"], e.Missing);
        Assert.Equal(["extra"], e.Unexpected);
        Assert.Equal("weight (expected [3, 2], got [2, 2])", Assert.Single(e.Misshapen));
        Assert.Equal(before, module.Weight.ToArray<float>());
    }

    [Fact]
    public void A_state_that_is_moved_gives_its_memory_away_and_shared_values_are_copied()
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Sequential(new Linear(3, 2), new Linear(3, 2), new Linear(3, 2));
        Tensor alone = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);
        Tensor shared = Tensor.From([7f, 8, 9, 10, 11, 12], [6]);
        Tensor twice = Tensor.From([-1f, -2, -3, -4, -5, -6], [2, 3]);
        Tensor wide = Tensor.From([0.5, 0.25], [2]);
        var state = new Dictionary<string, Tensor>
        {
            ["0.weight"] = alone,
            ["0.bias"] = wide,
            ["1.weight"] = twice,
            ["1.bias"] = Tensor.Ones([2]),
            ["2.weight"] = twice,
            ["2.bias"] = Tensor.Zeros([2]),
        };
        StateDict.Move(module, state);
        IReadOnlyDictionary<string, Tensor> own = StateDict.Of(module);
        Assert.Equal([1f, 2, 3, 4, 5, 6], own["0.weight"].ToArray<float>());
        Assert.Equal([0.5f, 0.25f], own["0.bias"].ToArray<float>());
        Assert.Equal([-1f, -2, -3, -4, -5, -6], own["1.weight"].ToArray<float>());
        Assert.Equal([-1f, -2, -3, -4, -5, -6], own["2.weight"].ToArray<float>());

        state["0.weight"] = shared.Reshape([2, 3]);
        state["1.weight"] = state["2.weight"] = Tensor.Ones([2, 3]);
        StateDict.Move(module, state);
        shared.Fill(0);
        Assert.Equal([7f, 8, 9, 10, 11, 12], own["0.weight"].ToArray<float>());

        alone.Dispose();
        twice.Dispose();
        own["2.weight"].Fill(3);
        Assert.Equal([1f, 1, 1, 1, 1, 1], own["1.weight"].ToArray<float>());
    }

    [Fact]
    public void Counters_of_batch_norm_may_be_left_over()
    {
        var module = new BatchNorm2d(2);
        var state = StateDict.Of(module).ToDictionary(t => t.Key, t => t.Value.Clone());
        state["num_batches_tracked"] = Tensor.Zeros([], DType.Int64);
        StateDict.Load(module, state);
    }

    [Fact]
    public void What_a_module_makes_on_the_way_is_given_back_when_it_returns()
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Sequential(new Linear(64, 64), new ReLU(), new Linear(64, 64), new ReLU());
        Tensor x = Tensor.Ones([32, 64]);
        using IDisposable off = GradMode.NoGrad();
        long before = TensorMemory.LiveBlocks;
        module.Call(x);
        Assert.Equal(before + 1, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void Drawing_depends_on_seed_and_names_alone()
    {
        var one = new Sequential(new Linear(5, 7), new Conv2d(2, 3, 3));
        var two = new Sequential(new Linear(5, 7), new Conv2d(2, 3, 3));
        Initialization.Draw(one, new Generator(11));
        Initialization.Draw(two, new Generator(11));
        Assert.All(one.Parameters().Zip(two.Parameters()), p => Assert.Equal(p.First.ToArray<float>(), p.Second.ToArray<float>()));
        Initialization.Draw(two, new Generator(12));
        Assert.NotEqual(one.Parameters().First().ToArray<float>(), two.Parameters().First().ToArray<float>());
    }

    [Fact]
    public void A_layer_built_by_itself_is_drawn()
    {
        float bound = 1 / MathF.Sqrt(50);
        float[] weight = new Linear(50, 40).Weight.ToArray<float>();
        Assert.All(weight, w => Assert.InRange(w, -bound, bound));

        // 2,000 uniform draws: the deviation of their mean is bound / √(3 · 2000), and five of those never happen by chance.
        Assert.InRange(weight.Average(), -5 * bound / MathF.Sqrt(6000), 5 * bound / MathF.Sqrt(6000));
        Assert.True(weight.Distinct().Count() > 1000);
    }

    [Fact]
    public void Dropout_drops_its_share_in_training_only()
    {
        using TensorScope scope = TensorScope.Begin();
        var dropout = new Dropout(0.25);
        Tensor x = Tensor.Ones([100_000]);
        float[] y = dropout.Call(x).ToArray<float>();

        // Binomial: the deviation of the share is √(0.25 · 0.75 / 100,000) = 0.0014.
        Assert.InRange(y.Count(v => v == 0) / 100_000.0, 0.25 - 0.007, 0.25 + 0.007);
        Assert.All(y.Where(v => v != 0), v => Assert.Equal(4f / 3, v, 1e-6f));
        dropout.Eval();
        Assert.Equal(x.ToArray<float>(), dropout.Call(x).ToArray<float>());
    }

    [Fact]
    public void Modules_convert_to_double_and_back()
    {
        var module = new Conv2d(2, 3, 3);
        float[] before = module.Weight.ToArray<float>();
        module.To(DType.Float64);
        Assert.Equal(DType.Float64, module.Weight.DType);
        module.To(DType.Float32);
        Assert.Equal(before, module.Weight.ToArray<float>());
    }
}
