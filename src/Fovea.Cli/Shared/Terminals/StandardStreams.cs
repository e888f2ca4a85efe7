using System.CommandLine;

namespace Fovea.Cli;

/// <summary>Where a command's results and messages go, and where its standard input comes from.</summary>
internal sealed class StandardStreams : InvocationConfiguration
{
    /// <summary>Opens the standard input.</summary>
    public Func<Stream> Input { get; init; } = Console.OpenStandardInput;
}
