using Fovea.Training;

namespace Fovea.Cli.Progress;

/// <summary>Something that the command line itself has to say while work is going on.</summary>
/// <param name="Message">A sentence.</param>
internal sealed record Notice(string Message) : TrainingEvent;
