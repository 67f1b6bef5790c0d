using System.CommandLine;
using MarketManager.Actors.Text;

namespace MarketManager.Cli.Completion;

/// <summary><c>marketmanager completion bash|zsh|fish</c></summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            # source <(marketmanager completion bash)
            _marketmanager() {
              local IFS=$'\n'
              COMPREPLY=($("${COMP_WORDS[0]}" complete "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
              [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
            }
            complete -o default -F _marketmanager marketmanager
            """,
        ["zsh"] = """
            #compdef marketmanager
            # source <(marketmanager completion zsh)
            _marketmanager() {
              local -a words_found
              words_found=("${(@f)$("${words[1]}" complete "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
              [[ -n ${words_found[1]} ]] && compadd -- "${words_found[@]}" || _files
            }
            (( $+functions[compdef] )) && compdef _marketmanager marketmanager
            """,
        ["fish"] = """
            # marketmanager completion fish | source
            complete -c marketmanager -a '(marketmanager complete (commandline -cp) 2>/dev/null)'
            """,
    };

    public static Command Build(CliContext context)
    {
        var shell = new Argument<string>("shell") { Description = string.Join(", ", Scripts.Keys) };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Scripts.ContainsKey(token.Value))
            {
                var hint = Nearest.Hint(token.Value, Scripts.Keys);
                result.AddError($"no completion for '{token.Value}'{hint}; there are {string.Join(", ", Scripts.Keys)}");
            }
        });
        var command = new Command("completion", "Write a completion script for a shell, to be sourced") { shell };
        command.SetAction(parsed => context.Out.WriteLine(Scripts[parsed.GetRequiredValue(shell)]));
        return command;
    }
}
