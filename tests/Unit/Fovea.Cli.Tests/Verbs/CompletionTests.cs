namespace Fovea.Cli.Tests.Verbs;

/// <summary>What shells are told can follow.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void There_is_a_script_for_a_shell(string shell) => Assert.Contains("[suggest:", Cli.Ok("completion", shell), StringComparison.Ordinal);

    [Fact]
    public void Another_shell_is_answered_with_those_there_are() =>
        Assert.Contains("known are: bash, zsh, fish, pwsh", Cli.Fails(ExitCode.WrongUse, "completion", "tcl"), StringComparison.Ordinal);

    [Theory]
    [InlineData("tra", "train")]
    [InlineData("train --ep", "--epochs")]
    [InlineData("train --model vit_t", "vit_tiny_patch16")]
    [InlineData("bench --mechanism cba", "cbam")]
    [InlineData("train --attention non", "none")]
    [InlineData("train --optimizer adamw", "adamw")]
    [InlineData("help conv", "convert")]
    public void Verbs_flags_models_and_mechanisms_are_completed(string line, string word) =>
        Assert.Contains(word, Cli.Ok($"[suggest:{line.Length}]", line).Split(Environment.NewLine));

    // Then the shell looks for files.
    [Fact]
    public void Of_a_path_nothing_is_known() => Assert.Empty(Cli.Ok("[suggest:14]", "train --data ph").Trim());
}
