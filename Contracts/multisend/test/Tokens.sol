// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice ERC-20 with allowances, for everybody who asks. Takes a fee in percent, answers what it was told to, or nothing as USDT.
contract TestToken {
    enum Answer {
        True,
        False,
        Nothing
    }

    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => mapping(address spender => uint256)) public allowance;
    Answer private immutable _answer;
    uint256 private immutable _feePercent;

    constructor(Answer answer, uint256 feePercent) {
        (_answer, _feePercent) = (answer, feePercent);
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        if (_answer != Answer.False) {
            allowance[from][msg.sender] -= amount;
            balanceOf[from] -= amount;
            balanceOf[to] += amount - amount * _feePercent / 100;
        }
        if (_answer == Answer.Nothing) return;
        bool said = _answer == Answer.True;
        assembly ("memory-safe") {
            mstore(0, said)
            return(0, 32)
        }
    }
}
