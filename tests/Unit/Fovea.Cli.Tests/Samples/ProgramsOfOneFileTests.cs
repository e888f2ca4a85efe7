using System.Globalization;
using System.Text.RegularExpressions;
using Fovea.Imaging.Codecs;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Samples;

/// <summary>
/// The programs of one file, built and run as users do it, warnings as errors included. What they refer to is built already, by the build of the tests, and is
/// not looked at again.
/// </summary>
public sealed class ProgramsOfOneFileTests : IDisposable
{
    private static readonly string s_samples = Path.Combine(Repository.Root, "samples");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Training_by_hand_learns()
    {
        string said = await Run("train-by-hand.cs");
        double[] losses = [.. Regex.Matches(said, @"loss ([\d.]+)").Select(m => Number(m.Groups[1].Value))];
        Assert.Equal(3, losses.Length);
        Assert.True(losses[^1] < 0.9 * losses[0], said);

        // By chance one of eight is right, 12.5 % with a deviation of 1.7 % over 400 images; the threshold is seven deviations above.
        Assert.InRange(Number(Regex.Match(said, @"([\d.]+) ?% of 400").Groups[1].Value), 25, 100);
    }

    [Fact]
    public async Task A_checkpoint_of_PyTorch_is_recognised_and_predicts()
    {
        string said = await Run("bring-a-checkpoint.cs");
        Assert.Contains("model.pth is cbam_resnet8 for 8 classes", said, StringComparison.Ordinal);
        Assert.Matches(@"star\.png\s+class 5 99", said);
    }

    [Fact]
    public async Task An_own_mechanism_has_gradients_and_is_compiled()
    {
        string said = await Run("own-mechanism.cs");
        Assert.Contains("12 parameters of row gates have a gradient", said, StringComparison.Ordinal);
        Assert.Matches(@"compiled to \d+ steps, equal", said);
    }

    [Fact]
    public async Task An_exported_model_gives_the_same_in_ONNX_Runtime_and_read_back()
    {
        string said = await Run("export-to-onnx.cs");
        Assert.Contains("ONNX Runtime: equal, 24 numbers", said, StringComparison.Ordinal);
        Assert.Contains("read back: equal, 24 numbers", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_attended_to_becomes_pictures()
    {
        string said = await Run("see-attention.cs");
        Assert.Contains("it sees star", said, StringComparison.Ordinal);
        string[] pictures = Directory.GetFiles(_folder.Path, "*.png");
        Assert.Contains(_folder.File("grad-cam-layer3.png"), pictures);
        Assert.All(pictures, p => Assert.Equal((256, 256), (ImageCodecs.Load(p).Width, ImageCodecs.Load(p).Height)));
        Assert.True(pictures.Length >= 4, said);
    }

    [Fact]
    public async Task A_served_model_answers_with_classes_and_where_it_looked()
    {
        string said = await Run("serve-a-model.cs");
        Assert.Matches(@"http://127\.0\.0\.1:\d+/", said);
        Assert.Matches(@"star 9\d", said);
        Assert.Contains("where it looked: grad-cam at layer3", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_program_is_run_here_and_has_a_line_in_the_list()
    {
        string tests = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Unit", "Fovea.Cli.Tests", "Samples", "ProgramsOfOneFileTests.cs"));
        string list = File.ReadAllText(Path.Combine(s_samples, "README.md"));
        string[] programs = [.. Directory.GetFiles(s_samples, "*.cs").Select(Path.GetFileName)!];
        Assert.NotEmpty(programs);
        Assert.All(programs, p => Assert.Contains($"Run(\"{p}\")", tests, StringComparison.Ordinal));
        Assert.All(programs, p => Assert.Contains($"[{p}]({p})", list, StringComparison.Ordinal));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private Task<string> Run(string program)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Dotnet.RunIn(_folder.Path, "run", "-c", configuration, "-p:BuildProjectReferences=false", "--file", Path.Combine(s_samples, program));
    }
}
