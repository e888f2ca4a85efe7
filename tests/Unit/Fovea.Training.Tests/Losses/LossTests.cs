using System.Text.Json;

namespace Fovea.Training.Tests;

public class LossTests
{
    private static readonly JsonElement[] s_cases =
        [.. JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("losses.json"))).RootElement.GetProperty("cases").EnumerateArray()];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, s_cases.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_those_of_the_formula(int number)
    {
        JsonElement golden = s_cases[number];
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Logits([.. golden.GetProperty("shape").EnumerateArray().Select(v => v.GetInt32())], DType.Float64);
        Tensor loss = Create(golden).Forward(logits, Targets(golden, logits.Shape, DType.Float64));
        Assert.Equal(golden.GetProperty("loss").GetDouble(), loss.Item(), 1e-12);
        loss.Backward();
        double[] expected = [.. golden.GetProperty("gradient").EnumerateArray().Select(v => v.GetDouble())];
        Assert.All(expected.Zip(logits.Grad!.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-12));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_is_close(int number)
    {
        JsonElement golden = s_cases[number];
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Logits([.. golden.GetProperty("shape").EnumerateArray().Select(v => v.GetInt32())], DType.Float32);
        Tensor loss = Create(golden).Forward(logits, Targets(golden, logits.Shape, DType.Float32));
        Assert.Equal(golden.GetProperty("loss").GetDouble(), loss.Item(), 1e-5);
        loss.Backward();
        double[] expected = [.. golden.GetProperty("gradient").EnumerateArray().Select(v => v.GetDouble())];
        Assert.All(expected.Zip(logits.Grad!.ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5));
    }

    [Fact]
    public void A_sum_adds_values_and_gradients()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor labels = Tensor.From([0L, 2, 1, 0, 2, 2], [6]);
        Tensor a = Logits([6, 3], DType.Float64), b = Logits([6, 3], DType.Float64);
        Tensor sum = new SumLoss((1, new CrossEntropyLoss()), (0.5, new DiceLoss())).Forward(a, labels);
        Tensor parts = new CrossEntropyLoss().Forward(b, labels) + new DiceLoss().Forward(b, labels) * 0.5;
        Assert.Equal(parts.Item(), sum.Item(), 1e-14);
        sum.Backward();
        parts.Backward();
        Assert.All(a.Grad!.ToArray<double>().Zip(b.Grad!.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-14));
    }

    [Theory]
    [InlineData("ce")]
    [InlineData("focal(0)")]
    [InlineData("focal(1)")]
    [InlineData("focal")]
    [InlineData("bce")]
    [InlineData("dice")]
    [InlineData("jaccard")]
    [InlineData("tversky")]
    [InlineData("lovasz")]
    [InlineData("ce+0.5*dice+lovasz")]
    public void Where_no_label_counts_loss_and_gradient_are_zero(string text)
    {
        using TensorScope scope = TensorScope.Begin();
        Loss loss = LossParser.Parse(text, smoothing: 0.1, weights: [1, 2, 3]);
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
        {
            Tensor logits = Logits([2, 3, 4], type);
            Tensor value = loss.Forward(logits, Tensor.Full([2, 4], Loss.DefaultIgnoreIndex, DType.Int64));
            value.Backward();

            // Binary cross entropy takes what does not count for logits of −40, whose loss is e⁻⁴⁰.
            Assert.Equal(0, value.Item(), 1e-15);
            Assert.All(logits.Grad!.To(DType.Float64).ToArray<double>(), g => Assert.Equal(0, g));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Logits([2, 3, 4], DType.Float32);
        Loss dice = new DiceLoss();
        Assert.Throws<ShapeException>(() => dice.Forward(logits, Tensor.Zeros([2, 3], DType.Int64)));
        Assert.Throws<DTypeException>(() => dice.Forward(logits, Tensor.Zeros([2, 4])));
        Assert.Throws<DataFormatException>(() => dice.Forward(logits, Tensor.Full([2, 4], 3, DType.Int64)));
        Assert.Throws<DataFormatException>(() => dice.Forward(logits, Tensor.Full([2, 4], -1, DType.Int64)));
        Assert.Throws<OptionException>(() => new TverskyLoss(-1, 0.5));
        Assert.Throws<OptionException>(() => new SumLoss());
        Assert.Throws<OptionException>(() => new FocalLoss { Gamma = 0.5 }.Forward(logits, Tensor.Zeros([2, 4], DType.Int64)));
    }

    [Fact]
    public void Class_weights_balance_the_images()
    {
        IReadOnlyList<double> weights = ClassWeights.Of(new TinyRun.Blobs(7, 1));

        // 3, 2 and 2 of 7.
        Assert.Equal([7 / 9.0, 7 / 6.0, 7 / 6.0], weights);
    }

    private static Loss Create(JsonElement golden)
    {
        JsonElement options = golden.GetProperty("options");
        double smooth = Number("smooth", 1);
        return golden.GetProperty("kind").GetString() switch
        {
            "cross_entropy" => new CrossEntropyLoss
            {
                LabelSmoothing = Number("smoothing", 0),
                ClassWeights = options.TryGetProperty("weights", out JsonElement w) ? [.. w.EnumerateArray().Select(v => v.GetDouble())] : null,
            },
            "bce" => new BinaryCrossEntropyLoss { PositiveWeight = Number("positive", 1) },
            "focal" => new FocalLoss { Gamma = Number("gamma", 2) },
            "dice" => new DiceLoss { Smooth = smooth },
            "jaccard" => new JaccardLoss { Smooth = smooth },
            "tversky" => new TverskyLoss(Number("alpha", 0.3), Number("beta", 0.7)) { Smooth = smooth },
            _ => new LovaszLoss(),
        };

        double Number(string name, double otherwise) => options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;
    }

    private static Tensor Targets(JsonElement golden, Shape logits, DType type)
    {
        JsonElement[] values = [.. golden.GetProperty("targets").EnumerateArray()];
        return golden.GetProperty("options").TryGetProperty("soft", out _)
            ? Tensor.From([.. values.Select(v => v.GetDouble())], logits).To(type)
            : Tensor.From([.. values.Select(v => v.GetInt64())], [.. logits.Where((_, axis) => axis != 1)]);
    }

    private static Tensor Logits(Shape shape, DType type)
    {
        Tensor logits = Tensor.From([.. Enumerable.Range(0, shape.Elements).Select(i => 2 * Math.Sin(1.3 * i + 0.4))], shape).To(type);
        logits.RequiresGrad = true;
        return logits;
    }
}
