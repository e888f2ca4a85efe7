namespace Fovea.Training.Tests;

public class WeightAverageTests
{
    [Fact]
    public void Averages_weights_and_buffers_and_copies_counts()
    {
        var module = new Counter();
        using var average = new WeightAverage(module, 0.5);
        module.Weight.Fill(11);
        module.Running.Fill(1.1);
        module.Count.Fill(7);
        average.Update();

        // The first decay is (1 + 1)/(10 + 1), below 0.5.
        Assert.Equal(9, average.State["weight"].Item(), 1e-5);
        Assert.Equal(0.9, average.State["running"].Item(), 1e-6);
        Assert.Equal(7, average.State["count"].Item());
        for (int i = 0; i < 30; i++)
        {
            average.Update();
        }

        Assert.Equal(11, average.State["weight"].Item(), 1e-4);
    }

    [Fact]
    public void Swap_exchanges_and_gives_back()
    {
        var module = new Counter();
        using var average = new WeightAverage(module, 0.9);
        module.Weight.Fill(3);
        module.Count.Fill(5);
        using (average.Swap())
        {
            Assert.Equal(0, module.Weight.Item());
            Assert.Equal(0, module.Count.Item());
            Assert.Equal(3, average.State["weight"].Item());
        }

        Assert.Equal(3, module.Weight.Item());
        Assert.Equal(5, module.Count.Item());
        Assert.Equal(0, average.State["weight"].Item());
    }

    [Fact]
    public void Load_restores_and_refuses_what_does_not_fit()
    {
        var module = new Counter();
        using var average = new WeightAverage(module, 0.9);
        Dictionary<string, Tensor> state = new() { ["weight"] = Tensor.Full([1], 4), ["running"] = Tensor.Full([1], 5), ["count"] = Tensor.Scalar(6, DType.Int64) };
        average.Load(state, 12);
        Assert.Equal(12, average.Steps);
        Assert.Equal(5, average.State["running"].Item());
        state["weight"] = Tensor.Zeros([2]);
        Assert.Throws<StateDictException>(() => average.Load(state, 1));
        state.Remove("weight");
        Assert.Throws<StateDictException>(() => average.Load(state, 1));
        Assert.Throws<OptionException>(() => new WeightAverage(module, 1));
    }

    private sealed class Counter : Module
    {
        public Counter()
        {
            Weight = RegisterParameter("weight", Tensor.Zeros([1]));
            Running = RegisterBuffer("running", Tensor.Zeros([1]));
            Count = RegisterBuffer("count", Tensor.Scalar(0, DType.Int64));
        }

        public Tensor Weight { get; }

        public Tensor Running { get; }

        public Tensor Count { get; }

        protected override Tensor Forward(Tensor x) => x;
    }
}
