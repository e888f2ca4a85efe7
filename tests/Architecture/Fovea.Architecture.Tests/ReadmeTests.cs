using Fovea.Attention;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>The code in the README is the code that is compiled and run here, line by line.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void A_mechanism_from_code()
    {
        // <README>
        Module cbam = new Cbam(channels: 64);
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Ones([2, 64, 14, 14]);
        Tensor y = cbam.Call(x);                      // [2, 64, 14, 14]
        // </README>
        Assert.Equal(x.Shape, y.Shape);
    }

    [Fact]
    public void A_training_step_by_hand()
    {
        // <README>
        Module model = ModelCatalog.Create("resnet20-cifar", new ModelOptions
        {
            Classes = 10,
            Attention = new AttentionPlacement { Key = "se" },
        });
        using TensorScope scope = TensorScope.Begin();
        Tensor images = Tensor.Zeros([8, 3, 32, 32]);
        Tensor labels = Tensor.Zeros([8], DType.Int64);
        Tensor loss = model.Call(images).CrossEntropy(labels);
        loss.Backward();                              // every parameter now has its Grad
        // </README>
        Assert.All(model.Parameters(), p => Assert.NotNull(p.Grad));
        model.ClearGrads();
    }

    [Fact]
    public void The_readme_shows_the_code_above()
    {
        string readme = Lines(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        string here = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Architecture", "Fovea.Architecture.Tests", "ReadmeTests.cs"));
        string[] snippets = [.. here.Split("// <README>\n").Skip(1).Select(s => s[..s.IndexOf("// </README>", StringComparison.Ordinal)])];
        Assert.Equal(2, snippets.Count(s => !s.Contains("Split", StringComparison.Ordinal)));
        Assert.All(snippets.Where(s => !s.Contains("Split", StringComparison.Ordinal)), s => Assert.Contains(Lines(s), readme, StringComparison.Ordinal));
    }

    [Fact]
    public void What_CI_runs_is_the_command_that_the_readme_gives()
    {
        string ci = File.ReadAllText(Path.Combine(Repository.Root, ".ci", "run"));
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");
        string command = Assert.Single(ci.Split('\n'), l => l.StartsWith("dotnet test", StringComparison.Ordinal)).Split(" 2>&1")[0];
        Assert.Contains($"```\n{command}\n```", readme, StringComparison.Ordinal);
    }

    private static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0));
}
