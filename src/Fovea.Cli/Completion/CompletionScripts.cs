namespace Fovea.Cli.Completion;

/// <summary>
/// What shells run to complete a command. Each script hands the line so far to the program itself, whose parser knows what can follow;
/// where it knows nothing, a file is meant.
/// </summary>
internal static class CompletionScripts
{
    private const string Bash = """
        # In ~/.bashrc: eval "$(fovea completion bash)"
        _fovea() {
            local line="${COMP_LINE:0:COMP_POINT}"
            line="${line#* }"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("$1" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$2"))
        }
        complete -o default -o bashdefault -F _fovea fovea

        """;

    private const string Zsh = """
        # In ~/.zshrc, after compinit: eval "$(fovea completion zsh)"
        _fovea() {
            local line="${BUFFER[1,CURSOR]#* }"
            local -a found
            found=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)"})
            compadd -a found || _files
        }
        compdef _fovea fovea

        """;

    private const string Fish = """
        # In ~/.config/fish/completions/fovea.fish: fovea completion fish | source
        function __fovea_complete
            set -l line (commandline -cp | string replace -r '^\s*\S+\s+' '')
            set -l length (string length -- "$line")
            fovea "[suggest:$length]" "$line" 2>/dev/null
        end
        complete -c fovea -a '(__fovea_complete)'

        """;

    private const string PowerShell = """
        # In $PROFILE: fovea completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName fovea -ScriptBlock {
            param($word, $tree, $position)
            $line = $tree.ToString()
            if ($position -gt $line.Length) { $line = $line.PadRight($position) }
            $line = $line.Substring(0, $position) -replace '^\s*\S+\s+', ''
            & fovea "[suggest:$($line.Length)]" $line 2>$null | Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;

    /// <summary>The shells, and the script for each.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["fish"] = Fish,
        ["pwsh"] = PowerShell,
    };
}
