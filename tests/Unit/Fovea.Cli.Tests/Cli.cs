namespace Fovea.Cli.Tests;

/// <summary>What a command answered.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">What went to the standard output.</param>
/// <param name="Error">What went to the standard error.</param>
internal sealed record Answer(int Code, string Output, string Error);

/// <summary>Runs commands in this process.</summary>
internal static class Cli
{
    public static Answer Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = CommandLine.Run(args, output, error);
        return new Answer(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    public static string Ok(params string[] args)
    {
        Answer answer = Run(args);
        Assert.True(answer.Code == ExitCode.Done, $"fovea {string.Join(' ', args)}: exit {answer.Code}\n{answer.Output}\n{answer.Error}");
        return answer.Output;
    }

    /// <summary>Runs a command that must fail with a code, and gives what it said.</summary>
    public static string Fails(int code, params string[] args)
    {
        Answer answer = Run(args);
        Assert.True(answer.Code == code, $"fovea {string.Join(' ', args)}: expected exit {code}, got {answer.Code}\n{answer.Output}\n{answer.Error}");
        Assert.DoesNotContain("   at ", answer.Error, StringComparison.Ordinal);
        return answer.Error;
    }
}
