// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What is needed of an ERC-20 token.
/// @notice Of the standard (EIP-20) the two functions that a payment takes.
interface IERC20 {
    /// @notice What a holder has.
    /// @param owner The holder.
    /// @return In base units.
    function balanceOf(address owner) external view returns (uint256);

    /// @notice Moves by an allowance.
    /// @param from Who allowed it.
    /// @param to Who gets it.
    /// @param amount In base units.
    /// @return Whether it was moved.
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// @title Several payments of one sender in one transaction: all of them or none.
/// @notice Keeps nothing, owns nothing, has no owner and cannot be changed; its code is the same wherever it stands, so that a wallet can demand it by hash. Each
/// payment leaves one event, so that a receipt proves every one of them, native coin too. A token is taken by an allowance that the sender gave beforehand.
contract MultiSend {
    struct Payment {
        /// The ERC-20 token, or zero for the native coin.
        address token;
        address to;
        uint256 amount;
    }

    /// @notice The sender's payment at this place of its list arrived, whole. A payee that calls back is another sender.
    /// @param from The sender.
    /// @param index The place in its list.
    /// @param to The payee.
    /// @param token The ERC-20 token, or zero for the native coin.
    /// @param amount In base units.
    event Sent(address indexed from, uint256 indexed index, address indexed to, address token, uint256 amount);

    error NoPayments();
    error PaymentFailed(uint256 index);
    error NotWhole(uint256 index, uint256 arrived);
    error WrongValue(uint256 sent, uint256 paid);

    /// @notice Makes all payments or none.
    /// @param payments In the order of their events. The value sent along is exactly the sum of the native ones.
    function send(Payment[] calldata payments) external payable {
        if (payments.length == 0) revert NoPayments();
        uint256 paid = 0;
        for (uint256 i = 0; i < payments.length; ++i) {
            Payment calldata payment = payments[i];
            if (payment.token == address(0)) {
                paid += payment.amount;
                if (paid > msg.value) revert WrongValue(msg.value, paid);
                (bool done,) = payment.to.call{value: payment.amount}("");
                if (!done) revert PaymentFailed(i);
            } else {
                _sendToken(i, payment);
            }
            emit Sent(msg.sender, i, payment.to, payment.token, payment.amount);
        }
        if (paid != msg.value) revert WrongValue(msg.value, paid);
    }

    /// Tokens that return nothing are taken as well as those that return true; those that keep a part for themselves are not.
    function _sendToken(uint256 index, Payment calldata payment) private {
        uint256 before = IERC20(payment.token).balanceOf(payment.to);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory said) = payment.token.call(abi.encodeCall(IERC20.transferFrom, (msg.sender, payment.to, payment.amount)));
        if (!done || (said.length != 0 && !abi.decode(said, (bool)))) revert PaymentFailed(index);
        uint256 arrived = IERC20(payment.token).balanceOf(payment.to) - before;
        if (arrived != payment.amount) revert NotWhole(index, arrived);
    }
}
