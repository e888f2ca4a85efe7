using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Tests.Flags;

/// <summary>Two things said that cannot both hold: both are named, and neither is taken because it came last.</summary>
public sealed class ContradictionTests
{
    [Theory]
    [InlineData("--epochs is given 2 times, as 3 and as 5; leave one.", "train --epochs 3 --epochs 5")]
    [InlineData("--batch-size is given 2 times, as 3 and as 5; leave one.", "train -b 3 --batch-size 5")]
    [InlineData("--epochs is given 2 times; leave one.", "train --epochs 3 --epochs 3")]
    [InlineData("--nesterov is given 2 times; leave one.", "train --nesterov --nesterov false")]
    [InlineData("--attention-option: reduction is given twice, as 8 and as 4; leave one.", "train --attention se --attention-option reduction=8 --attention-option reduction=4")]
    [InlineData("--option: reduction is given twice, as 8 and as 4; leave one.", "bench --mechanism se --option reduction=8 --option reduction=4")]
    [InlineData("the model cbam_resnet8 has cbam in it, and --attention says se; leave one out.", "train --model cbam_resnet8 --attention se")]
    [InlineData("the model cbam_resnet8 has cbam in it, and --attention says none; leave one out.", "eval --attention none --model cbam_resnet8 --weights a.pth")]
    [InlineData("the model cbam_resnet8 has cbam in it, and --attention says se; leave one out.", "predict a.png --model cbam_resnet8 --attention se --weights a.pth")]
    [InlineData("the model cbam_resnet8 has cbam in it, and --attention says se; leave one out.", "bench --model cbam_resnet8 --attention se")]
    [InlineData("the model cbam_resnet8 has cbam in it, and --attention says se; leave one out.", "profile cbam_resnet8 --attention se")]
    [InlineData("--attention-option, --attention-at cannot be given with --attention none", "train --attention none --attention-at stages --attention-option a=b")]
    [InlineData("--batch-size cannot be given with --shape, whose first length is the batch", "bench --mechanism se --shape 1,8,4,4 --batch-size 2")]
    [InlineData("--attention-option cannot be given with --mechanism se, a mechanism", "bench --mechanism se --attention-option reduction=8")]
    [InlineData("--mechanism, --pass cannot be given with --all", "bench --all --mechanism se --pass training")]
    [InlineData("--model cannot be given with --mechanism", "bench --mechanism se --model resnet8")]
    [InlineData("the standard input (-) can be read once", "predict - --list - --weights a.pth")]
    [InlineData("leave out --seed", "train --resume run --seed 3")]
    public void Both_are_named_and_refused(string message, string words) =>
        Assert.Contains(message, Cli.Fails(ExitCode.WrongUse, words.Split(' ')), StringComparison.Ordinal);

    [Theory]
    [InlineData("--model cbam_resnet8 --attention cbam")]
    [InlineData("--attention-option reduction=8 --attention-option reduction=8")]
    [InlineData("--freeze conv1 --freeze layer1")]
    public void What_agrees_is_taken(string words)
    {
        FlagSet<TrainOptions> flags = TrainFlags.Build();
        var verb = new Verb("train", "Trains.");
        flags.AddTo(verb);
        ParseResult parsed = verb.Parse(words.Split(' '));
        Assert.Empty(parsed.Errors);
        TrainOptions options = flags.Apply(parsed, new TrainOptions());
        Assert.Equal(words.Contains("freeze", StringComparison.Ordinal) ? ["conv1", "layer1"] : Array.Empty<string>(), options.Freeze);
    }
}
