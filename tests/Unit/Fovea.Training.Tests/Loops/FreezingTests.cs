namespace Fovea.Training.Tests;

[Collection("engine")]
public class FreezingTests
{
    [Theory]
    [InlineData("layer[12]", "layer1.0.conv1.weight layer2.0.bn2.bias", "conv1.weight layer3.0.conv1.weight")]
    [InlineData("layer[!3]", "layer1.0.conv1.weight layer2.0.conv1.weight", "layer3.0.conv1.weight bn1.weight")]
    [InlineData("layer[1-2].*", "layer1.0.conv1.weight layer2.0.conv1.weight", "layer3.0.conv1.weight conv1.weight")]
    [InlineData("*.bn*", "layer1.0.bn1.weight layer3.0.bn2.bias", "bn1.weight layer1.0.conv1.weight")]
    [InlineData("*.conv?", "layer1.0.conv1.weight layer3.0.conv2.weight", "conv1.weight layer3.0.bn1.weight")]
    [InlineData("*.bias", "linear.bias bn1.bias layer2.0.bn1.bias", "linear.weight bn1.weight")]
    [InlineData("layer1", "layer1.0.conv1.weight layer1.0.bn2.weight", "conv1.weight linear.bias")]
    public void Patterns_mean_whole_names_and_all_below_them(string pattern, string frozen, string trained)
    {
        Module model = TinyRun.Inputs().Model;
        new FrozenModules(model, [pattern]).Train(model);
        Dictionary<string, bool> isTrained = model.NamedParameters().ToDictionary(p => p.Name, p => p.Value.RequiresGrad);
        Assert.All(frozen.Split(' '), n => Assert.False(isTrained[n], n));
        Assert.All(trained.Split(' '), n => Assert.True(isTrained[n], n));
    }

    [Fact]
    public void What_is_frozen_is_in_evaluation_until_its_epochs_are_over()
    {
        Module model = TinyRun.Inputs().Model;
        var frozen = new FrozenModules(model, ["backbone@1", "layer1@3", "conv1"]);
        Dictionary<string, Module> modules = model.NamedModules().ToDictionary(m => m.Name, m => m.Value);
        Dictionary<string, Tensor> parameters = model.NamedParameters().ToDictionary(p => p.Name, p => p.Value);
        foreach ((int epoch, bool later, bool first) in new[] { (0, false, false), (1, true, false), (2, true, false), (3, true, true), (0, false, false) })
        {
            frozen.Train(model, epoch);
            Assert.Equal((later, first), (modules["layer2.0.bn1"].IsTraining, modules["layer1.0.bn1"].IsTraining));
            Assert.Equal((later, first), (parameters["layer2.0.conv1.weight"].RequiresGrad, parameters["layer1.0.conv1.weight"].RequiresGrad));
            Assert.Equal((false, true), (parameters["conv1.weight"].RequiresGrad, parameters["linear.weight"].RequiresGrad));
        }

        // What the memory estimate counts: all that is ever trained.
        frozen.TrainThawed(model);
        Assert.Equal(["conv1.weight"], parameters.Where(p => !p.Value.RequiresGrad).Select(p => p.Key));
        Assert.Equal(["backbone"], FrozenModules.Thawing(["backbone@1", "layer1@3", "conv1"], 1));
    }

    [Fact]
    public void A_part_begins_to_move_with_its_epoch_and_its_norms_with_it()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        List<Dictionary<string, byte[]>> ends = [TinyRun.Weights(inputs.Model)];
        using var trainer = new Trainer(inputs, TinyRun.Options with { Freeze = ["backbone@1", "layer1@2"] });
        trainer.Run(new Listener(e =>
        {
            if (e is EpochDone)
            {
                ends.Add(TinyRun.Weights(inputs.Model));
            }
        }), TestContext.Current.CancellationToken);
        foreach ((string name, string moves) in new[] { ("linear.weight", "111"), ("conv1.weight", "011"), ("bn1.running_mean", "011"), ("layer1.0.conv1.weight", "001"), ("layer1.0.bn1.running_var", "001") })
        {
            Assert.Equal(moves, string.Concat(Enumerable.Range(0, 3).Select(i => ends[i][name].AsSpan().SequenceEqual(ends[i + 1][name]) ? '0' : '1')));
        }
    }

    [Theory]
    [InlineData("backbone@0", "at least 1 epoch")]
    [InlineData("backbone@99999999999", "at least 1 epoch")]
    [InlineData("layer9*", "there is no module")]
    [InlineData("backbone@x", "there is no module")]
    [InlineData("*@2", "nothing is left to train")]
    [InlineData("[z-a]", "a name or a pattern")]
    public void What_cannot_be_frozen_is_refused(string text, string message)
    {
        Module model = TinyRun.Inputs().Model;
        var error = Assert.Throws<OptionException>(() => new FrozenModules(model, [text]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_shows_the_rates_and_what_is_frozen()
    {
        using var folder = new PictureFolder();
        DryRunResult result = DryRun.Run(folder.Options with { Freeze = ["conv1", "layer1@2"], LayerDecay = 0.5, BackboneLrScale = 0.1 });
        Assert.Equal(["conv1", "layer1", "layer2", "layer3", "head"], result.Parts.Select(p => p.Part));
        Assert.Equal([0.1 / 16, 0.1 / 8, 0.1 / 4, 0.1 / 2, 1], result.Parts.Select(p => p.LearningRateScale));
        Assert.Equal([3, 2, 0, 0, 0], result.Parts.Select(p => p.FrozenEpochs));
        Assert.Equal((32, 0L), (result.Parts[0].TrainedAtFirst, result.Parts[1].TrainedAtFirst));
        Assert.Equal(result.Parameters, result.Parts.Sum(p => p.Parameters));
    }
}
