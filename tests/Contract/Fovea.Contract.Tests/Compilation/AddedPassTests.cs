using Fovea.Compilation;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Passes from outside rewrite what is compiled, for every batch.</summary>
public sealed class AddedPassTests
{
    [Fact]
    public void A_function_takes_the_place_of_steps()
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new Made(x => (x.Relu() + 1.0).Relu());
        using CompiledModel compiled = Compile(model, new Swap("relu", x => [x[0].Tanh() * 2.0]));
        foreach (int batch in new[] { 2, 1, 5 })
        {
            Tensor x = Noise(batch);
            Compare.Close(((x.Tanh() * 2.0) + 1.0).Tanh() * 2.0, compiled.Run(x));
        }
    }

    [Fact]
    public void What_the_model_returns_may_be_replaced_and_an_input_be_returned()
    {
        using TensorScope scope = TensorScope.Begin();
        using CompiledModel compiled = Compile(new Made(x => x.Relu()), new Swap("relu", x => [x[0]]));
        Tensor x = Noise(2);
        Assert.Equal(x.ToArray<float>(), compiled.Run(x).ToArray<float>());
    }

    [Fact]
    public void Constants_of_a_pass_are_made_once_and_are_the_models_own()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor weight = Tensor.From<float>([1, 2, 3, 4, 5, 6], [2, 3]);
        var pass = new Halving();
        using CompiledModel compiled = Compile(new Made(x => x.Linear(weight)), pass);
        Tensor expected = Noise(4).Linear(weight) * 0.5;
        weight.Fill(0);
        Assert.Equal(expected.ToArray<float>(), compiled.Run(Noise(4)).ToArray<float>());
        Assert.Equal(1, pass.Made);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        CompileException error = Assert.Throws<CompileException>(() => Compile(new Made(x => x.Relu()), new Swap("relu", x => [x[0].Sum()])));
        Assert.Contains("relu", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float32[2, 3]", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Noise(int batch)
    {
        Tensor x = Tensor.Empty([batch, 3]);
        new Generator(3).FillNormal(x.AsSpan<float>());
        return x;
    }

    private static CompiledModel Compile(Module model, ICompilePass pass) =>
        model.Eval().Compile(new CompileOptions { Passes = [pass] }, new TensorSpec([2, 3], DType.Float32));

    private sealed class Swap(string op, Func<Tensor[], Tensor[]> by) : ICompilePass
    {
        public void Run(Program program)
        {
            foreach (Step step in program.Steps.Where(s => s.Op.Name == op).ToArray())
            {
                program.Replace(step, by);
            }
        }
    }

    /// <summary>Halves the weights of fully connected layers.</summary>
    private sealed class Halving : ICompilePass
    {
        public int Made { get; private set; }

        public void Run(Program program)
        {
            foreach (Step step in program.Steps.Where(s => s.Op.Name == "linear").ToArray())
            {
                Value half = program.Constant("half", () =>
                {
                    Made++;
                    return step.Inputs[1].Constant! * 0.5;
                });
                program.Replace(step, step.Op, step.Inputs[0], half);
            }
        }
    }
}
