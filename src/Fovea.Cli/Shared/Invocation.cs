using Fovea.Training;

namespace Fovea.Cli;

/// <summary>How this program is started from a shell, for commands that people are told to type.</summary>
internal static class Invocation
{
    private const string Name = "fovea";

    private static readonly string s_program = Program(
        Environment.ProcessPath, AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH"));

    /// <summary>A command that begins with <c>fovea</c>, so that a shell finds the program: by name if it is installed, by path if not.</summary>
    public static string Of(string command) => command.StartsWith($"{Name} ", StringComparison.Ordinal) ? s_program + command[Name.Length..] : command;

    internal static string Program(string? process, string folder, string? path)
    {
        string extension = OperatingSystem.IsWindows() ? ".exe" : string.Empty;
        string[] folders = path?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (folders.Any(f => File.Exists(Path.Combine(f, Name + extension))))
        {
            return Name;
        }

        return Path.GetFileNameWithoutExtension(process) switch
        {
            Name => Shell.Quote(process!),
            "dotnet" => $"dotnet {Shell.Quote(Path.Combine(folder, $"{Name}.dll"))}",
            _ => Name,
        };
    }
}
