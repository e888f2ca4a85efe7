namespace Fovea.Training.Tests;

public class LossParserTests
{
    [Theory]
    [InlineData("ce")]
    [InlineData("cross-entropy")]
    [InlineData("focal")]
    [InlineData("dice")]
    [InlineData("jaccard")]
    [InlineData("iou")]
    [InlineData("tversky")]
    [InlineData("lovasz")]
    [InlineData("bce")]
    public void Every_loss_falls_as_the_outputs_become_right(string text)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor labels = Tensor.From([0L, 1, 2, 1, Loss.DefaultIgnoreIndex, 0, 2, 2], [2, 2, 2]);
        double Of(double strength)
        {
            double[] logits = new double[2 * 3 * 4];
            long[] flat = labels.ToArray<long>();
            for (int i = 0; i < flat.Length; i++)
            {
                if (flat[i] >= 0)
                {
                    logits[(i / 4 * 3 + flat[i]) * 4 + i % 4] = strength;
                }
            }

            Tensor x = Tensor.From(logits, [2, 3, 2, 2]);
            x.RequiresGrad = true;
            Tensor loss = LossParser.Parse(text).Forward(x, labels);
            loss.Backward();
            Assert.True(strength > 10 || x.Grad!.ToArray<double>().Any(g => g != 0));

            // The place that does not count (image 1, its first pixel) gets no gradient in any channel.
            Assert.All([0, 4, 8], c => Assert.Equal(0, x.Grad!.ToArray<double>()[12 + c], 1e-15));
            return loss.Item();
        }

        double none = Of(0), some = Of(2), sure = Of(text == "bce" ? 20 : 40);
        Assert.True(some < none && sure < some, $"{none}, {some}, {sure}");
        Assert.InRange(sure, -1e-9, text == "bce" ? 0.6 : 0.05);
    }

    [Fact]
    public void Sums_have_factors_and_numbers()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor labels = Tensor.From([0L, 2, 1, 0], [4]), x = Tensor.From([0.5, 1, -1, 2, 0.1, 0.3, -0.2, 0.7, 1.1, -2, 0.4, 0.9], [4, 3]);
        double sum = LossParser.Parse(" 0.5*focal(3) + tversky(0.2, 0.8)+2*ce ").Forward(x, labels).Item();
        double parts = 0.5 * new FocalLoss { Gamma = 3 }.Forward(x, labels).Item() + new TverskyLoss(0.2, 0.8).Forward(x, labels).Item()
            + 2 * new CrossEntropyLoss().Forward(x, labels).Item();
        Assert.Equal(parts, sum, 1e-12);
    }

    [Fact]
    public void One_against_the_rest_is_binary_cross_entropy_of_one_hot_targets()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor labels = Tensor.From([0L, 2], [2]), x = Tensor.From([0.5, 1, -1, 2, 0.1, 0.3], [2, 3]);
        double expected = new BinaryCrossEntropyLoss().Forward(x, Tensor.From([1.0, 0, 0, 0, 0, 1], [2, 3])).Item();
        Assert.Equal(expected, LossParser.Parse("bce").Forward(x, labels).Item(), 1e-12);

        // With a place left out, the mean is that of the others.
        Tensor more = Tensor.From([0L, 2, Loss.DefaultIgnoreIndex], [3]), y = Tensor.From([0.5, 1, -1, 2, 0.1, 0.3, 9, 9, 9], [3, 3]);
        Assert.Equal(expected, LossParser.Parse("bce").Forward(y, more).Item(), 1e-12);
    }

    [Theory]
    [InlineData("dise", "did you mean \"dice\"")]
    [InlineData("0*ce", "factor above 0")]
    [InlineData("x*ce", "a number, got \"x\"")]
    [InlineData("ce(3)", "ce without numbers")]
    [InlineData("focal(2", "closing parenthesis")]
    [InlineData("tversky(1)", "tversky(alpha,beta)")]
    [InlineData("", "there is no loss")]
    public void What_is_no_loss_is_refused_with_what_is(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<OptionException>(() => LossParser.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Mixing_takes_losses_of_shares_only()
    {
        Assert.True(LossParser.TakesShares("ce+0.5*bce"));
        Assert.False(LossParser.TakesShares("ce+dice"));
        Assert.Throws<OptionException>(() => new TrainOptions { Loss = "focal", Mixup = 0.2 }.Validate());
    }
}
